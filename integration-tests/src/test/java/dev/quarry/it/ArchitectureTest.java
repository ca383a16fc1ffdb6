// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// Holds the arrows of the architecture: which layer may know which, and what each may ask of the JDK.
///
/// The package `dev.quarry` is two layers in one. Its contract (options, exceptions, statistics) knows no internal
/// class, not even by way of another class, and may be used by every layer of the allocator. The rest is the facade,
/// which knows every layer and which no layer knows.
class ArchitectureTest {
    private static final String ROOT = "dev.quarry";
    private static final String INTERNAL = "dev.quarry.internal..";
    private static final String NUMA = "dev.quarry.numa..";
    private static final String BENCH = "dev.quarry.bench..";

    /// The adapters; quarry-agrona is not here, for it needs Agrona's flag.
    private static final String[] ADAPTERS = {
        "dev.quarry.arrow..", "dev.quarry.jetty..", "dev.quarry.netty..", "dev.quarry.undertow.."
    };

    /// The only classes that may read system properties: the configuration's source, and two that choose what is
    /// compiled, once per JVM and before any configuration exists: how raw memory is read, and whether every free has
    /// its checks.
    private static final Set<String> PROPERTY_READERS = Set.of(
            "dev.quarry.SystemProperties", "dev.quarry.numa.InternalAccess", "dev.quarry.internal.arena.FreeChecks");

    private static final Set<String> PROPERTY_METHODS = Set.of(
            "java.lang.System.getProperty",
            "java.lang.System.getProperties",
            "java.lang.Integer.getInteger",
            "java.lang.Long.getLong",
            "java.lang.Boolean.getBoolean");

    /// A competitor in the benchmarks: the C library's malloc, called as a service would call it.
    private static final Set<String> MEASURED_DOWNCALLS =
            Set.of("dev.quarry.bench.subject.LibcBlocks", "dev.quarry.bench.subject.LibcMemory");

    /// Agrona's classes that need a flag of the JVM as soon as they are touched; the rest of Agrona needs none.
    private static final String AGRONA_WITH_FLAG = "org\\.agrona\\."
            + "(UnsafeApi|BufferUtil|Expandable\\w*Buffer|concurrent\\.(UnsafeBuffer|status\\.\\w*Counter\\w*"
            + "|(OneToOne|ManyToOne|ManyToMany)Concurrent\\w*|ringbuffer\\..*|broadcast\\..*))";

    private static final JavaClasses QUARRY = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/jmh_generated/"))
            .importPackages(ROOT);

    private static final DescribedPredicate<JavaClass> CONTRACT = resideInAPackage(ROOT)
            .and(describe("know no internal class", ArchitectureTest::knowsNoInternalClass))
            .as("the contract");

    private static final DescribedPredicate<JavaClass> FACADE =
            resideInAPackage(ROOT).and(not(CONTRACT)).as("the facade");

    private static final DescribedPredicate<JavaClass> SHIPPED = not(resideInAPackage(BENCH));

    @Test
    void shouldLetEachLayerKnowOnlyWhatLiesBelowIt() {
        // spotless:off
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("bench").definedBy(BENCH)
                .layer("adapters").definedBy(ADAPTERS)
                .layer("facade").definedBy(FACADE)
                .layer("arena").definedBy("dev.quarry.internal.arena..")
                .layer("slab").definedBy("dev.quarry.internal.slab..")
                .layer("buddy").definedBy("dev.quarry.internal.buddy..")
                .layer("region").definedBy("dev.quarry.internal.region..")
                .layer("jfr").definedBy("dev.quarry.internal.jfr..")
                .layer("event").definedBy("dev.quarry.internal.event..")
                .layer("live").definedBy("dev.quarry.internal.live..")
                .layer("errors").definedBy("dev.quarry.internal.error..")
                .layer("contract").definedBy(CONTRACT)
                .layer("numa").definedBy(NUMA)
                .whereLayer("bench").mayNotBeAccessedByAnyLayer()
                .whereLayer("adapters").mayOnlyBeAccessedByLayers("bench")
                .whereLayer("facade").mayOnlyBeAccessedByLayers("bench", "adapters")
                .whereLayer("arena").mayOnlyBeAccessedByLayers("facade")
                .whereLayer("slab").mayOnlyBeAccessedByLayers("facade", "arena")
                .whereLayer("buddy").mayOnlyBeAccessedByLayers("facade", "arena", "slab")
                .whereLayer("region").mayOnlyBeAccessedByLayers("facade", "arena", "slab", "buddy")
                .whereLayer("jfr").mayOnlyBeAccessedByLayers("facade")
                .whereLayer("jfr").mayOnlyAccessLayers("event", "contract", "numa")
                .whereLayer("event").mayOnlyAccessLayers("numa")
                .whereLayer("live").mayOnlyBeAccessedByLayers("facade", "bench")
                .whereLayer("live").mayOnlyAccessLayers("errors", "event", "numa")
                .whereLayer("errors").mayOnlyBeAccessedByLayers("facade", "live", "arena", "slab", "buddy", "region")
                .whereLayer("errors").mayOnlyAccessLayers("numa")
                .whereLayer("contract").mayOnlyAccessLayers("numa")
                .whereLayer("numa").mayNotAccessAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(QUARRY);
        // spotless:on
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().assignedFrom(new PackagesWithSplitRoot())
                .should()
                .beFreeOfCycles()
                .check(QUARRY);
    }

    @Test
    void shouldTouchNativeSymbolsInNumaOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(NUMA)
                .and(describe("measure no downcall", type -> !MEASURED_DOWNCALLS.contains(outermost(type))))
                .should()
                .dependOnClassesThat(belongToAnyOf(Linker.class, SymbolLookup.class))
                .orShould(accessTargetWhere(
                        describe("the target is MemorySegment.reinterpret", ArchitectureTest::isReinterpret)))
                .check(QUARRY);
    }

    @Test
    void shouldNeedNoFlagBeyondNativeAccess() {
        noClasses()
                .that(SHIPPED)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("sun.misc.Unsafe")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("jdk.internal..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("org\\.jctools\\.(queues\\.(Mp|Sp)|maps\\.|counters\\.|util\\.Unsafe).*")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(AGRONA_WITH_FLAG)
                .check(QUARRY);
    }

    @Test
    void shouldReadSystemPropertiesInTheConfigurationOnly() {
        noClasses()
                .that(SHIPPED)
                .and(describe("are no readers of properties", type -> !PROPERTY_READERS.contains(outermost(type))))
                .should(accessTargetWhere(
                        describe("the target reads system properties", ArchitectureTest::readsProperty)))
                .check(QUARRY);
    }

    @Test
    void shouldNameNoInternalClassInAnExportedSignature() {
        members()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage(ROOT)
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .and(describe("are public or protected", ArchitectureTest::isExported))
                .should(mentionNoInternalClass())
                .check(QUARRY);
    }

    @Test
    void shouldMarkEveryPackageAsNullMarked() {
        classes()
                .should()
                .beAnnotatedWith(NullMarked.class)
                .orShould(liveInNullMarkedPackage())
                .check(QUARRY);
    }

    private static boolean knowsNoInternalClass(JavaClass type) {
        return type.getTransitiveDependenciesFromSelf().stream()
                .map(Dependency::getTargetClass)
                .noneMatch(resideInAPackage(INTERNAL));
    }

    private static boolean isReinterpret(JavaAccess<?> access) {
        return access.getName().equals("reinterpret") && access.getTargetOwner().isEquivalentTo(MemorySegment.class);
    }

    private static boolean readsProperty(JavaAccess<?> access) {
        return PROPERTY_METHODS.contains(access.getTargetOwner().getName() + "." + access.getName());
    }

    private static boolean isExported(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type.getName());
    }

    private static ArchCondition<JavaMember> mentionNoInternalClass() {
        return new ArchCondition<>("mention no internal class") {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                member.getAllInvolvedRawTypes().stream()
                        .filter(resideInAPackage(INTERNAL))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                member, member.getDescription() + " mentions " + type.getName())));
            }
        };
    }

    private static ArchCondition<JavaClass> liveInNullMarkedPackage() {
        return new ArchCondition<>("live in a package whose package-info.java is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean isMarked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(type, isMarked, "no @NullMarked for " + type.getName()));
            }
        };
    }

    /// One slice a package, but two for `dev.quarry`: its contract and its facade.
    private static final class PackagesWithSplitRoot implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            if (!resideInAPackage(ROOT + "..").test(type)) {
                return SliceIdentifier.ignore();
            }
            return FACADE.test(type)
                    ? SliceIdentifier.of(type.getPackageName(), "facade")
                    : SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages, with the facade apart from the contract";
        }
    }
}
