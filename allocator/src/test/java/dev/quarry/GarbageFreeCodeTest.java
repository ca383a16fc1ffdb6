// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads the byte code of everything that malloc and free run through: nothing there puts an object on the heap.
///
/// An exception may be made, with its message, in a method that does nothing else of note. Constructors may allocate:
/// they run when a thread comes or the allocator starts. So may what walks or describes the allocator at rest.
class GarbageFreeCodeTest {
    private static final String ARENA = "dev.quarry.internal.arena.";
    private static final Set<String> AT_START_OR_REST = Set.of(
            "Zone.locked",
            "ZoneWalk.forEachSlab",
            "MetadataHeap.retireBoot",
            "Backing.of",
            "EventHub.add",
            "EventHub.remove");
    private static final Set<String> BOXES = Set.of("Long", "Integer", "Character", "Byte", "Short", "Boolean");

    @ParameterizedTest
    @ValueSource(
            strings = {
                ARENA + "Arena",
                ARENA + "ArenaMail",
                ARENA + "Carrier",
                ARENA + "EmptySlabs",
                ARENA + "FreeChecks",
                ARENA + "Guard",
                ARENA + "LookasideDepth",
                ARENA + "MailReader",
                ARENA + "RemoteBatches",
                ARENA + "RestingSlabs",
                ARENA + "SlabCache",
                ARENA + "SpanLookaside",
                ARENA + "Spans",
                ARENA + "Stripe",
                ARENA + "Tally",
                ARENA + "WasteSample",
                "dev.quarry.internal.live.EventRing",
                "dev.quarry.internal.slab.BatchLayout",
                "dev.quarry.internal.slab.Chain",
                "dev.quarry.internal.slab.Depot",
                "dev.quarry.internal.slab.Mailbox",
                "dev.quarry.internal.slab.Reclaim",
                "dev.quarry.internal.slab.SizeClasses",
                "dev.quarry.internal.slab.SlabLayout",
                "dev.quarry.internal.slab.SlabList",
                "dev.quarry.internal.slab.Slabs",
                "dev.quarry.internal.slab.StackReserve",
                "dev.quarry.internal.slab.Zone",
                "dev.quarry.internal.buddy.BuddyAllocator",
                "dev.quarry.internal.buddy.DirtyMap",
                "dev.quarry.internal.buddy.FreeMap",
                "dev.quarry.internal.buddy.MetadataHeap",
                "dev.quarry.internal.buddy.PageAllocator",
                "dev.quarry.internal.buddy.SpanMap",
                "dev.quarry.internal.event.EventHub",
                "dev.quarry.internal.region.Backing",
                "dev.quarry.internal.region.CommitLedger",
                "dev.quarry.internal.region.CommitNews",
                "dev.quarry.internal.region.Region",
                "dev.quarry.internal.region.Table",
                "dev.quarry.LocalArena"
            })
    void shouldMakeNoObject(String className) throws Exception {
        List<String> found = new ArrayList<>();
        for (MethodModel method : methods(className)) {
            String name = method.methodName().stringValue();
            String place = className.substring(className.lastIndexOf('.') + 1) + "." + name;
            if (!name.startsWith("<") && !name.contains("verify") && !AT_START_OR_REST.contains(place)) {
                found.addAll(allocations(method));
            }
        }
        assertEquals(List.of(), found);
    }

    /// Even an exception has no place there: the throw stands in a method of its own.
    @Test
    void shouldKeepEvenExceptionsOutOfTheFastPaths() throws Exception {
        Set<String> fast = Set.of("malloc", "free", "freeOwn", "freeOther");
        int seen = 0;
        for (MethodModel method : methods(ARENA + "Arena")) {
            if (fast.contains(method.methodName().stringValue())) {
                seen++;
                for (CodeElement element : method.code().orElseThrow()) {
                    assertFalse(element instanceof NewObjectInstruction, method::toString);
                }
            }
        }
        assertEquals(fast.size(), seen, "the fast paths have other names now");
    }

    /// The scan itself must see what it looks for.
    @Test
    void shouldFindWhatItLooksFor() throws Exception {
        List<String> found = new ArrayList<>();
        for (MethodModel method : methods(Garbage.class.getName())) {
            found.addAll(allocations(method));
        }
        assertEquals(5, found.size(), found.toString());
    }

    private static List<MethodModel> methods(String className) throws IOException {
        String path = "/" + className.replace('.', '/') + ".class";
        try (InputStream in = Objects.requireNonNull(OffHeapAllocator.class.getResourceAsStream(path), path)) {
            return ClassFile.of().parse(in.readAllBytes()).methods();
        }
    }

    private static List<String> allocations(MethodModel method) throws ClassNotFoundException {
        List<String> found = new ArrayList<>();
        if (method.code().isEmpty()) {
            return found;
        }
        boolean throwsOne = false;
        List<String> messages = new ArrayList<>();
        for (CodeElement element : method.code().orElseThrow()) {
            if (element instanceof NewObjectInstruction made) {
                boolean isThrowable = isThrowable(made.className().asInternalName());
                throwsOne |= isThrowable;
                if (!isThrowable) {
                    found.add(method.methodName() + ": " + made);
                }
            } else if (element instanceof InvokeDynamicInstruction call) {
                (call.name().stringValue().startsWith("makeConcat") ? messages : found)
                        .add(method.methodName() + ": " + call);
            } else if (element instanceof NewPrimitiveArrayInstruction
                    || element instanceof NewReferenceArrayInstruction
                    || element instanceof NewMultiArrayInstruction
                    || element instanceof InvokeInstruction call && isBoxing(call)) {
                found.add(method.methodName() + ": " + element);
            }
        }
        if (!throwsOne && !method.methodType().stringValue().endsWith("Ljava/lang/String;")) {
            found.addAll(messages);
        }
        return found;
    }

    private static boolean isBoxing(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        return call.name().equalsString("valueOf")
                && owner.startsWith("java/lang/")
                && BOXES.contains(owner.substring("java/lang/".length()));
    }

    private static boolean isThrowable(String internalName) throws ClassNotFoundException {
        return Throwable.class.isAssignableFrom(Class.forName(internalName.replace('/', '.')));
    }

    /// One method for each kind of allocation.
    @SuppressWarnings("unused")
    private interface Garbage {
        static Object object() {
            return new ArrayList<String>();
        }

        static Object array(int length) {
            return new long[length];
        }

        static Object box(long value) {
            return value;
        }

        static Runnable lambda(Object captured) {
            return captured::notifyAll;
        }

        static int text(String text) {
            return (text + "!").length();
        }
    }
}
