// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where the cgroup of this process keeps the files of a controller, in either version of cgroups. Containers see a
/// part of the hierarchy, by their own names, or none.
final class CgroupFiles {
    private final Path root;
    private final List<String> memberships;
    private final List<String> mounts;

    /// @param root the root of the file system
    CgroupFiles(Path root) {
        this.root = root;
        this.memberships = TextFiles.lines(root.resolve("proc/self/cgroup"));
        this.mounts = TextFiles.lines(root.resolve("proc/self/mountinfo"));
    }

    /// The directories that have a say, the process's own first, then those around it; not all of them need to be
    /// there. A controller that is mounted the old way is not in the new hierarchy.
    List<Path> directories(String controller) {
        List<Path> old = directories(controller, false);
        return old.isEmpty() ? unifiedDirectories() : old;
    }

    /// The same in the new hierarchy, whether or not any controller is there: each of its directories has some files
    /// of its own.
    List<Path> unifiedDirectories() {
        return directories("", true);
    }

    private List<Path> directories(String controller, boolean isUnified) {
        for (String mount : mounts) {
            int separator = mount.indexOf(" - ");
            if (separator > 0 && isOf(mount.substring(separator + 3), controller, isUnified)) {
                return chain(mount.substring(0, separator), membership(controller, isUnified));
            }
        }
        return List.of();
    }

    /// The path in a line such as `4:memory:/path` or `0::/path`; `/` where there is no such line.
    private String membership(String controller, boolean isUnified) {
        for (String line : memberships) {
            String[] fields = line.split(":", 3);
            boolean isOfController = fields.length == 3
                    && (isUnified
                            ? fields[0].equals("0")
                            : List.of(fields[1].split(",")).contains(controller));
            if (isOfController) {
                return fields[2];
            }
        }
        return "/";
    }

    /// Whether the end of a line of mountinfo, `type source options`, tells of the hierarchy of a controller.
    private static boolean isOf(String mount, String controller, boolean isUnified) {
        String[] fields = mount.split(" ", -1);
        if (isUnified) {
            return fields[0].equals("cgroup2");
        }
        return fields.length == 3
                && fields[0].equals("cgroup")
                && List.of(fields[2].split(",")).contains(controller);
    }

    /// The directories from that of a path up to the mount point. The start of a line of mountinfo is
    /// `id parent device root point options`, where the root is the part of the hierarchy that is mounted.
    private List<Path> chain(String mount, String membership) {
        String[] fields = mount.split(" ", -1);
        if (fields.length < 5) {
            return List.of();
        }
        Path point = root.resolve(fields[4].substring(1));
        Path mounted = Path.of(fields[3]);
        Path own = Path.of(membership);
        boolean isInside = own.startsWith(mounted) && own.equals(own.normalize());
        Path directory = isInside ? point.resolve(mounted.relativize(own)) : point;
        List<Path> chain = new ArrayList<>();
        for (Path at = directory; at != null && at.startsWith(point); at = at.getParent()) {
            chain.add(at);
        }
        return chain;
    }
}
