// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What `-XX:MaxDirectMemorySize` sets, where somebody has set it.
///
/// Its default, as much as the heap, is no statement about need: nobody chose it, few programs come near it, and with
/// it a container that gives its heap half of the memory would leave nothing for anybody else. So only a value that was
/// set counts.
///
/// The JVM tells its flags through the management classes, which cost some MiB in each process that loads them. They
/// are loaded only where the command line or the environment names the flag, or a file that could.
final class DirectMemory {
    private static final String FLAG = "MaxDirectMemorySize";
    private static final String[] TRACES = {FLAG, "-XX:Flags=", "-XX:VMOptionsFile=", "-XX:+ReadVMOptionsFile", "\0@"};
    private static final String[] VARIABLES = {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"};

    private DirectMemory() {}

    /// {@return bytes; 0 where nobody has set it}
    static long maxBytes() {
        return isMentioned(commandLine()) ? askTheJvm() : 0;
    }

    /// @param words the JVM's options, each with a character 0 before it
    static boolean isMentioned(String words) {
        for (String trace : TRACES) {
            if (words.contains(trace)) {
                return true;
            }
        }
        return false;
    }

    private static String commandLine() {
        StringBuilder words = new StringBuilder();
        try {
            words.append(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1));
        } catch (IOException untold) {
            // On a system that does not tell, the flag may be there.
            words.append(FLAG);
        }
        for (String variable : VARIABLES) {
            String value = System.getenv(variable);
            if (value != null) {
                words.append('\0').append(value.replace(' ', '\0'));
            }
        }
        return words.toString();
    }

    /// The flag's own default is 0.
    private static long askTheJvm() {
        HotSpotDiagnosticMXBean flags = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return flags == null ? 0 : Long.parseLong(flags.getVMOption(FLAG).getValue());
        } catch (IllegalArgumentException noSuchFlag) {
            return 0;
        }
    }
}
