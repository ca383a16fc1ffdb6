// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.stream.Collectors;

/// Writes `docs/configuration.md` from the options' descriptors.
final class ConfigurationDocs {
    /// The command that brings the page up to date, to be run at the root of the project.
    static final String COMMAND = "mvn -pl allocator -am test -Dtest=ConfigurationDocsTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dconfiguration.docs=write";

    private static final String HEAD = """
            # Configuration

            <!-- Generated from the option descriptors; do not edit. The command that writes it:
            %s
            -->

            Every option is a system property and a method of `AllocatorConfig.builder()`:

            ```
            java -Dquarry.limit=2g -Dquarry.purge.delay=5s ...
            ```

            ```java
            AllocatorConfig config = AllocatorConfig.builder().limit("2g").purgeDelay("5s").build();
            ```

            `OffHeapAllocator.system()` takes the system properties. A builder starts with the defaults and takes none
            of them; `AllocatorConfig.fromSystemProperties().toBuilder()` starts with them, and code has the last word.

            - A **size** is a number of bytes with `k`, `m`, `g` or `t` for powers of 1024: `64m`, `1G`, `64MiB`,
              `65536`.
            - A **time** is a number with `ns`, `us`, `ms`, `s`, `m` (minutes) or `h`: `250us`, `10ms`, `5s`. Only `0`
              needs no unit.
            - A **count** is a whole number. A **flag** is `true` or `false`.
            - Where a **percentage** is allowed, it is a whole number with `%%`: `75%%`.
            - Where `auto` is allowed, `0` means the same.
            - Upper and lower case are equal, except in names. There is nothing between a number and its unit.

            A value that an option does not take is refused at once, with an `IllegalArgumentException` that holds the
            property, the value and what was expected. A property that starts with `quarry.` and names no option is
            logged as a warning, together with the option that was probably meant. `AllocatorConfig.describe()` prints
            every value in effect and who chose it: `default`, `property` or `code`.

            | property | in the builder | values | default | what it does |
            |---|---|---|---|---|
            """;

    private static final String TAIL = """

            Options are checked against each other when the configuration is built: `quarry.limit` must not exceed
            `quarry.reserve`, `quarry.commit.granule` must not exceed `quarry.limit`, and `quarry.lookaside.depth.min`
            must not exceed `quarry.lookaside.depth.max`.
            """;

    private ConfigurationDocs() {}

    /// The whole page.
    static String page() {
        return HEAD.formatted(COMMAND)
                + ConfigOptions.ALL.stream().map(ConfigurationDocs::row).collect(Collectors.joining())
                + TAIL;
    }

    /// The builder's method for an option: the property's words in camel case.
    static String builderMethod(ConfigOption<?> option) {
        StringBuilder method = new StringBuilder();
        for (String word : option.name().split("\\.")) {
            method.append(method.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return method.toString();
    }

    private static <T> String row(ConfigOption<T> option) {
        String method = option == ConfigOptions.MEMORY_ACCESS ? "(none)" : "`" + builderMethod(option) + "`";
        return "| `" + option.key() + "` | " + method + " | "
                + option.type().expected() + " | `" + option.type().format(option.defaultValue()) + "` | "
                + option.sentence() + " |\n";
    }
}
