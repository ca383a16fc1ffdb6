// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Ends with 0 if the direct memory that its command line sets is its first argument.
final class BudgetChild {
    private BudgetChild() {}

    public static void main(String[] arguments) {
        long found = MachineFacts.read().maxDirectBytes();
        System.out.println("found " + found + ", expected " + arguments[0]);
        System.exit(found == Long.parseLong(arguments[0]) ? 0 : 1);
    }
}
