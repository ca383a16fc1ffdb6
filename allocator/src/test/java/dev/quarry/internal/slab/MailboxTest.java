// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.numa.RawMemory.getLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final SlabFixture fixture = new SlabFixture();
    private final long mailbox = fixture.record(64);

    @AfterEach
    void releaseMachine() {
        fixture.close();
    }

    @Test
    void shouldBeEmptyAtFirst() {
        assertTrue(Mailbox.isEmpty(mailbox));
        assertEquals(0, Mailbox.takeAll(mailbox));
    }

    @Test
    void shouldGiveAllSlabsAtOnceTheLastFirst() {
        long first = fixture.slab(0);
        long second = fixture.slab(1);
        Mailbox.send(mailbox, first);
        Mailbox.send(mailbox, second);

        assertFalse(Mailbox.isEmpty(mailbox));
        assertEquals(second, Mailbox.takeAll(mailbox));
        assertEquals(first, Mailbox.next(second));
        assertEquals(0, Mailbox.next(first));
        assertTrue(Mailbox.isEmpty(mailbox));
    }

    @Test
    void shouldTellBatchesFromSlabs() {
        long slab = fixture.slab(0);
        long batch = fixture.record(BatchLayout.BYTES);
        BatchLayout.begin(batch);
        assertFalse(BatchLayout.isIdle(batch));
        BatchLayout.end(batch, batch + BatchLayout.ENTRIES);
        Mailbox.send(mailbox, slab);
        Mailbox.sendBatch(mailbox, batch);

        long letter = Mailbox.takeAll(mailbox);
        assertTrue(Mailbox.isBatch(letter));
        assertEquals(batch, Mailbox.batch(letter));
        assertEquals(batch + BatchLayout.ENTRIES + BatchLayout.ENTRY_BYTES, BatchLayout.endOf(batch));
        assertEquals(slab, Mailbox.next(letter));
        assertFalse(Mailbox.isBatch(slab));
        assertEquals(0, Mailbox.next(slab));
        BatchLayout.release(batch);
        assertTrue(BatchLayout.isIdle(batch));
        BatchLayout.begin(batch);
        assertEquals(0, getLong(batch + BatchLayout.NEXT), "no slab's descriptor");
    }

    @Test
    void shouldForgetWhatWasBehindASlabWhenItIsSentAgain() {
        long first = fixture.slab(0);
        long second = fixture.slab(1);
        Mailbox.send(mailbox, first);
        Mailbox.send(mailbox, second);
        Mailbox.takeAll(mailbox);
        Mailbox.send(mailbox, second);

        assertEquals(second, Mailbox.takeAll(mailbox));
        assertEquals(0, Mailbox.next(second));
    }
}
