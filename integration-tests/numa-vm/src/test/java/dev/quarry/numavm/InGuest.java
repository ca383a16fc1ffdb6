// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// A test class for the guest alone. It relies on the guest's nodes, and may fill one of them or change what the system
/// allows, which no other machine should suffer.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfSystemProperty(
        named = InGuest.PROPERTY,
        matches = "true",
        disabledReason = "runs in the guest of the profile numa-vm")
@interface InGuest {
    /// Set by [GuestTests].
    String PROPERTY = "numa-vm.guest";
}
