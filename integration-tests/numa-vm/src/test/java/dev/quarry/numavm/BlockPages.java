// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import dev.quarry.numa.NativeMemory;
import java.util.TreeSet;

/// The OS pages that a number of blocks lie on. A page that several blocks share counts once.
final class BlockPages {
    /// One question to the kernel is about no more pages than this.
    private static final int MOST_PAGES = 4096;

    private final NativeMemory memory;
    private final long osPageBytes;
    private final TreeSet<Long> pageNumbers = new TreeSet<>();

    BlockPages(NativeMemory memory) {
        this.memory = memory;
        this.osPageBytes = memory.osPageBytes();
    }

    void add(long address, long byteSize) {
        for (long page = address / osPageBytes; page <= (address + byteSize - 1) / osPageBytes; page++) {
            pageNumbers.add(page);
        }
    }

    /// Where they lie now.
    PagesByNode byNode() {
        PagesByNode pages = new PagesByNode();
        long first = 0;
        int count = 0;
        for (long page : pageNumbers) {
            if (page != first + count || count == MOST_PAGES) {
                addRun(pages, first, count);
                first = page;
                count = 0;
            }
            count++;
        }
        addRun(pages, first, count);
        return pages;
    }

    private void addRun(PagesByNode pages, long first, int count) {
        if (count > 0) {
            pages.add(memory, first * osPageBytes, count);
        }
    }
}
