// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The operating system refused a memory call. Nothing has changed, except where the call's own contract says
/// otherwise.
public final class NativeMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String LOCK_HINT = "; check the limit of locked memory (RLIMIT_MEMLOCK, ulimit -l)";

    /// The call that failed.
    private final OsCall call;

    /// The error number.
    private final int errno;

    /// Where the range began; 0 when the system was to choose.
    private final long address;

    /// How long the range was.
    private final long byteSize;

    /// Makes an exception with a message from its parts.
    ///
    /// @param call the call that failed
    /// @param errno the error number
    /// @param address where the range began; 0 when the system was to choose
    /// @param byteSize how long the range was
    public NativeMemoryException(OsCall call, int errno, long address, long byteSize) {
        super(describe(call, errno, address, byteSize));
        this.call = call;
        this.errno = errno;
        this.address = address;
        this.byteSize = byteSize;
    }

    /// Makes an exception with a message from its parts.
    ///
    /// @param call the call that failed
    /// @param errno the error
    /// @param address where the range began; 0 when the system was to choose
    /// @param byteSize how long the range was
    public NativeMemoryException(OsCall call, Errno errno, long address, long byteSize) {
        this(call, errno.number(), address, byteSize);
    }

    /// The call that failed.
    ///
    /// @return its kind
    public OsCall call() {
        return call;
    }

    /// The error number.
    ///
    /// @return the value of `errno`
    public int errno() {
        return errno;
    }

    /// The error's symbolic name.
    ///
    /// @return `ENOMEM` and the like; `errno 77` for a number that no memory call documents
    public String errnoName() {
        return nameOf(errno);
    }

    /// Whether this is a given error.
    ///
    /// @param expected the error in question
    /// @return whether the numbers are equal
    public boolean is(Errno expected) {
        return errno == expected.number();
    }

    /// Where the range began.
    ///
    /// @return an address; 0 when the system was to choose
    public long address() {
        return address;
    }

    /// How long the range was.
    ///
    /// @return bytes
    public long byteSize() {
        return byteSize;
    }

    private static String nameOf(int number) {
        Errno errno = Errno.of(number);
        return errno == null ? "errno " + number : errno.name();
    }

    private static String describe(OsCall call, int number, long address, long byteSize) {
        StringBuilder text =
                new StringBuilder(160).append(call.systemCall()).append(" of ").append(ByteSizes.describe(byteSize));
        if (address != 0) {
            text.append(" at 0x").append(Long.toHexString(address));
        }
        text.append(" failed: ").append(nameOf(number));
        Errno errno = Errno.of(number);
        if (errno != null) {
            text.append(" (").append(number).append(") ").append(errno.description());
            text.append(hint(call, errno));
        }
        return text.toString();
    }

    /// What an operator can look at; empty where the error says it all.
    private static String hint(OsCall call, Errno errno) {
        return switch (errno) {
            case ENOMEM -> hintForNoMemory(call);
            case EAGAIN, EPERM -> hintForRefusal(call);
            default -> "";
        };
    }

    private static String hintForNoMemory(OsCall call) {
        return switch (call) {
            case RESERVE, COMMIT, REMAP ->
                "; check the number of mappings (vm.max_map_count), the address-space limit (RLIMIT_AS, ulimit -v)"
                        + " and overcommit (vm.overcommit_memory=2 with vm.overcommit_ratio)";
            case LOCK -> LOCK_HINT;
            default -> "";
        };
    }

    private static String hintForRefusal(OsCall call) {
        return switch (call) {
            case BIND -> containerHint("mbind");
            case NODES_OF, MOVE -> containerHint("move_pages");
            case LOCK -> LOCK_HINT;
            default -> "";
        };
    }

    private static String containerHint(String systemCall) {
        return "; containers often forbid " + systemCall + ": grant CAP_SYS_NICE or allow it in the seccomp profile";
    }
}
