// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.quarry.numa.OutOfLine;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/// A method with thousands of local variables that are never used: a stack overflow by declaration.
///
/// The JVM looks at a method's entry whether its frame fits on the stack. For compiled code that is the frame which the
/// interpreter would need, since the code may be deoptimized at any time; it stores one word to each OS page of that
/// frame, and no more. So a call of such a method costs some nanoseconds, touches nobody's cache, and throws
/// StackOverflowError when the stack does not hold so many words. Java has no way to write so many variables down, so
/// the class is made when it is needed.
///
/// Two things keep compilers from dropping the check. The method is longer than what they inline, or its variables
/// would become its caller's; and it calls another that is so too, as a method that calls nothing is not checked.
public abstract class StackProbe {
    private static final String LEAF = "leaf";

    /// For the classes made here.
    protected StackProbe() {}

    /// Goes as deep as it is made to.
    /// @throws StackOverflowError if the stack does not suffice
    public abstract void probe();

    /// {@return a probe of a depth}
    /// @param words of stack
    static StackProbe ofWords(int words) {
        ClassDesc base = ClassDesc.ofDescriptor(StackProbe.class.descriptorString());
        ClassDesc made = ClassDesc.of(StackProbe.class.getPackageName(), "StackProbe" + words);
        // Without branches there is no need of stack maps, whose making is the larger part of the work.
        byte[] bytes =
                ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS).build(made, new Declaration(base, made, words));
        try {
            return (StackProbe) MethodHandles.lookup()
                    .defineHiddenClass(bytes, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException failure) {
            throw new ExceptionInInitializerError(failure);
        }
    }

    /// What the class consists of. No lambdas: each is a class more that every start pays for.
    private record Declaration(ClassDesc base, ClassDesc made, int words) implements Consumer<ClassBuilder> {
        @Override
        public void accept(ClassBuilder type) {
            type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withSuperclass(base)
                    .withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, new Body(this, Kind.CONSTRUCTOR))
                    .withMethodBody(LEAF, MTD_void, ClassFile.ACC_STATIC, new Body(this, Kind.LEAF))
                    .withMethodBody("probe", MTD_void, ClassFile.ACC_PUBLIC, new Body(this, Kind.PROBE));
        }
    }

    private enum Kind {
        CONSTRUCTOR,
        LEAF,
        PROBE
    }

    private record Body(Declaration type, Kind kind) implements Consumer<CodeBuilder> {
        @Override
        public void accept(CodeBuilder code) {
            if (kind == Kind.CONSTRUCTOR) {
                code.aload(0).invokespecial(type.base(), INIT_NAME, MTD_void).return_();
                return;
            }
            OutOfLine.lengthen(code);
            if (kind == Kind.PROBE) {
                code.invokestatic(type.made(), LEAF, MTD_void);
                // There are as many variables as the number of the last one that is used says.
                code.iconst_0().istore(type.words() - 1);
            }
            code.return_();
        }
    }
}
