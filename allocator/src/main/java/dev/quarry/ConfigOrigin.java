// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Who chose the value of an option.
enum ConfigOrigin {
    DEFAULT("default"),
    PROPERTY("property"),
    CODE("code");

    private final String label;

    ConfigOrigin(String label) {
        this.label = label;
    }

    /// The word that descriptions print.
    String label() {
        return label;
    }
}
