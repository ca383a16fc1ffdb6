// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.function.Consumer;

/// Makes calls that stay calls.
///
/// C2 inlines by what it has counted when it compiles. A service begins with slow paths, which so become part of each
/// method that allocates: they take the compiler's memory by the ten mebibytes, and of what they touch only the first
/// part is inlined (see [RawHandles]). Java has no word against that. What C2 never inlines is a method of more than
/// 325 bytes (`FreqInlineSize`); so each call here goes through one that is longer and does nothing else. See
/// docs/adr/0014.
///
/// Thread-safe: no state.
public final class OutOfLine {
    /// Together more than C2 inlines, at six bytes each.
    private static final int FILLERS = 60;

    /// Takes the long form of the instruction.
    private static final int FILLER_CONSTANT = 1000;

    private OutOfLine() {}

    /// {@return an object whose methods each call the method of the same name of their first argument, with the others}
    /// @param caller of a class in the package of the interface, whose rights the calls have
    /// @param calls  an interface without type parameters, each of whose methods has an object as its first parameter
    /// @param <T>    that interface
    public static <T> T calls(MethodHandles.Lookup caller, Class<T> calls) {
        ClassDesc made = ClassDesc.of(calls.getPackageName(), calls.getSimpleName() + "OutOfLine");
        byte[] bytes = ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS).build(made, new Declaration(calls));
        try {
            Object object = caller.defineHiddenClass(bytes, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
            return calls.cast(object);
        } catch (ReflectiveOperationException failure) {
            throw new ExceptionInInitializerError(failure);
        }
    }

    /// Makes a method longer than C2 inlines, by instructions that it drops when it compiles the method itself.
    /// @param code of the method, whose parameters are declared
    public static void lengthen(CodeBuilder code) {
        int filler = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(filler);
        for (int i = 0; i < FILLERS; i++) {
            code.iinc(filler, FILLER_CONSTANT);
        }
    }

    private static ClassDesc describe(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }

    /// What the class consists of. No lambdas: each is a class more that every start pays for.
    private record Declaration(Class<?> calls) implements Consumer<ClassBuilder> {
        @Override
        public void accept(ClassBuilder type) {
            type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withInterfaceSymbols(describe(calls))
                    .withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, new Constructor());
            for (Method method : calls.getDeclaredMethods()) {
                MethodType shape = MethodType.methodType(method.getReturnType(), method.getParameterTypes());
                type.withMethodBody(
                        method.getName(),
                        MethodTypeDesc.ofDescriptor(shape.descriptorString()),
                        ClassFile.ACC_PUBLIC,
                        new Call(method.getName(), shape));
            }
        }
    }

    private record Constructor() implements Consumer<CodeBuilder> {
        @Override
        public void accept(CodeBuilder code) {
            code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_();
        }
    }

    private record Call(String name, MethodType shape) implements Consumer<CodeBuilder> {
        @Override
        public void accept(CodeBuilder code) {
            lengthen(code);
            for (int parameter = 0; parameter < shape.parameterCount(); parameter++) {
                code.loadLocal(TypeKind.from(shape.parameterType(parameter)), code.parameterSlot(parameter));
            }
            MethodType called = shape.dropParameterTypes(0, 1);
            code.invokevirtual(
                    describe(shape.parameterType(0)), name, MethodTypeDesc.ofDescriptor(called.descriptorString()));
            code.return_(TypeKind.from(shape.returnType()));
        }
    }
}
