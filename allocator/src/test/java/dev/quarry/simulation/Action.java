// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What can happen in a simulated program, and how often it does. A new kind of event is a constant here and a method
/// of [Simulation]; it changes what each seed does.
enum Action {
    START(4, Simulation::start),
    END(3, Simulation::end),
    SLEEP(5, Simulation::sleep),
    MOVE(2, Simulation::move),
    POLICY(2, Simulation::policy),

    MALLOC(30, Simulation::malloc),
    CALLOC(6, Simulation::calloc),
    ALIGNED(3, Simulation::aligned),
    REALLOC(8, Simulation::realloc),
    FREE(26, Simulation::free),
    FREE_TWICE(2, Simulation::freeTwice),
    TRIM(2, Simulation::trim),
    TRIM_ALL(1, Simulation::trimAll),

    TENANT_COMES(1, program -> program.tenants().come()),
    TENANT_MALLOC(5, program -> program.tenants().malloc()),
    TENANT_FREE(4, program -> program.tenants().free()),
    TENANT_GOES(1, program -> program.tenants().go()),

    TICK(12, Simulation::tick),
    CLOCK(8, Simulation::passTime),
    CLOCK_JUMP(1, Simulation::jump),

    FAIL_ONCE(3, Simulation::failOnce),
    FAIL_ALL(2, Simulation::failAll),
    RECOVER(5, Simulation::recover),
    FILL_NODE(1, Simulation::fillNode),
    EMPTY_NODE(3, Simulation::emptyNodes),

    PRESS(3, Simulation::press),
    RELAX(3, Simulation::relax),

    INSPECT(6, Simulation::inspect);

    private static final int TOTAL_WEIGHT = totalWeight();

    private final int weight;
    private final Consumer<Simulation> step;

    Action(int weight, Consumer<Simulation> step) {
        this.weight = weight;
        this.step = step;
    }

    private static int totalWeight() {
        int sum = 0;
        for (Action action : values()) {
            sum += action.weight;
        }
        return sum;
    }

    static Action any(SplittableRandom random) {
        int left = random.nextInt(TOTAL_WEIGHT);
        for (Action action : values()) {
            left -= action.weight;
            if (left < 0) {
                return action;
            }
        }
        throw new AssertionError("the weights do not add up");
    }

    void run(Simulation simulation) {
        step.accept(simulation);
    }
}
