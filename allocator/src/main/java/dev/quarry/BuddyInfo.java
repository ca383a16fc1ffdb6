// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Free blocks by order, and what they are good for.
final class BuddyInfo {
    /// As many as the kernel has; more only where blocks of them are free.
    private static final int MIN_ORDERS = 11;

    private final ViewText text = new ViewText();
    private final AllocatorStats stats;
    private final int orders;

    private BuddyInfo(AllocatorStats stats) {
        this.stats = stats;
        this.orders = orders(stats);
    }

    static String text(AllocatorStats stats) {
        return new BuddyInfo(stats).write();
    }

    private String write() {
        addZones((zone, order) -> text.add("%6d ", zone.freeBlocksByOrder().get(order)));
        text.endLine().add("extfrag_index").endLine();
        addZones((zone, order) -> addThousandths("%2d.%03d ", indexOf(zone).external(order)));
        text.endLine().add("unusable_index").endLine();
        addZones((zone, order) -> addThousandths("%d.%03d ", indexOf(zone).unusable(order)));
        return text.toString();
    }

    /// A line for each zone, with a cell for each order.
    private void addZones(Cell cell) {
        for (NodeStats zone : stats.nodes()) {
            text.addZone(zone).add(" ");
            for (int order = 0; order < orders; order++) {
                cell.add(zone, order);
            }
            text.endLine();
        }
    }

    private void addThousandths(String format, int thousandths) {
        text.add(format, thousandths / 1000, thousandths % 1000);
    }

    private static FragmentationIndex indexOf(NodeStats zone) {
        return new FragmentationIndex(zone.freeBlocksByOrder());
    }

    private static int orders(AllocatorStats stats) {
        int orders = MIN_ORDERS;
        for (NodeStats zone : stats.nodes()) {
            for (int order = orders; order < zone.freeBlocksByOrder().size(); order++) {
                if (zone.freeBlocksByOrder().get(order) != 0) {
                    orders = order + 1;
                }
            }
        }
        return orders;
    }

    private interface Cell {
        void add(NodeStats zone, int order);
    }
}
