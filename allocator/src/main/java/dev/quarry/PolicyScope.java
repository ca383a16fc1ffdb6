// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// The time during which a thread allocates by a policy of its own: from [OffHeapAllocator#withPolicy] to [#close()].
///
/// ```java
/// try (PolicyScope scope = allocator.withPolicy(NumaPolicy.interleave(0, 1))) {
///     table = allocator.malloc(tableBytes);
/// }
/// ```
///
/// Scopes nest, and end in the opposite order. Blocks outlive them. Belongs to the thread that opened it.
public final class PolicyScope implements AutoCloseable {
    private final ThreadHandles handles;
    private final Thread owner;
    private final NumaPolicy policy;
    private final NumaPolicy before;
    private boolean closed;

    PolicyScope(ThreadHandles handles, NumaPolicy policy, NumaPolicy before) {
        this.handles = handles;
        this.owner = Thread.currentThread();
        this.policy = policy;
        this.before = before;
    }

    /// {@return the policy that holds in it}
    public NumaPolicy policy() {
        return policy;
    }

    /// Ends it: the policy of before holds again. Idempotent.
    /// @throws WrongThreadException   from another thread
    /// @throws IllegalStateException if a scope that was opened inside is still open
    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("this scope belongs to " + owner + ", not to " + Thread.currentThread());
        }
        if (!closed) {
            handles.leave(policy, before);
            closed = true;
        }
    }
}
