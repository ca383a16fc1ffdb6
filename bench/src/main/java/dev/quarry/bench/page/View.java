// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.List;
import java.util.Map;

/// What the template of the page is filled with.
final class View {
    private View() {}

    /// A part of the page, of one kind of measurement.
    ///
    /// @param anchor the id of its element
    /// @param lead what is measured and how it is read
    /// @param plots of all its questions together
    record Section(String anchor, String title, String lead, List<Plot> plots, List<Question> questions) {
        /// Leaves out the plots in which nothing is to be seen.
        Section {
            plots = plots.stream().filter(Plots::isDrawn).toList();
        }
    }

    /// One question, its plots and its table.
    ///
    /// @param key by which `notes.json` names it
    /// @param words the answer in words
    /// @param isLost whether Quarry is behind the best competitor
    /// @param note what the one who made the run writes about it, or empty
    record Question(
            String key,
            String anchor,
            String title,
            String question,
            List<String> words,
            boolean isLost,
            String note,
            List<Plot> plots,
            List<Table> tables) {
        /// Leaves out the plots in which nothing is to be seen.
        Question {
            plots = plots.stream().filter(Plots::isDrawn).toList();
        }
    }

    /// A figure that the script draws.
    ///
    /// @param kind the function that draws it
    /// @param caption what it shows
    /// @param data what the function needs
    record Plot(String id, String kind, String caption, Map<String, Object> data) {}

    /// A table.
    ///
    /// @param caption what its figures are, or empty
    record Table(String caption, List<String> head, List<TableRow> rows) {}

    /// A row of a table.
    ///
    /// @param group the style of its name
    /// @param cells as many as the table's head has after its first, or none where there is no figure
    /// @param failure why there is no figure, or empty
    /// @param columns how many the failure spans
    record TableRow(String group, String name, List<String> cells, String failure, int columns) {
        static TableRow of(String name, List<String> cells) {
            return new TableRow("", name, cells, "", 0);
        }

        static TableRow of(Measured row, List<String> cells) {
            return new TableRow(row.group().argument(), row.label(), cells, "", 0);
        }

        static TableRow failed(Measured row, int columns) {
            String failure = row.failure().map(reason -> "failed: " + reason).orElse("no figure");
            return new TableRow(row.group().argument(), row.label(), List.of(), failure, columns);
        }
    }

    /// A name and what there is to say of it.
    record Entry(String name, String text) {}

    /// A part of the environment.
    record Facts(String title, List<Entry> entries) {}

    /// A case in which Quarry is behind.
    ///
    /// @param reason why, or empty
    record Loss(String anchor, String title, List<String> words, String reason) {}

    /// A library whose code is in the page.
    record Notice(String name, String licence) {}
}
