// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One value of a result file, with its place in it, so that what is wrong can be named.
final class Fields {
    private final String place;
    private final @Nullable Object value;

    private Fields(String place, @Nullable Object value) {
        this.place = place;
        this.value = value;
    }

    /// A whole file.
    ///
    /// @param name of the file, as messages give it
    static Fields of(String name, @Nullable Object value) {
        return new Fields(name, value);
    }

    /// A member of this object.
    Fields get(String name) {
        return find(name).orElseThrow(() -> wrong("has no \"" + name + "\""));
    }

    /// A member of this object, unless it is absent or null.
    Optional<Fields> find(String name) {
        return Optional.ofNullable(map().get(name)).map(member -> new Fields(place + ": " + name, member));
    }

    /// The members that are not null, in the order of the file.
    Map<String, Fields> members() {
        Map<String, Fields> members = allMembers();
        members.values().removeIf(Fields::isNull);
        return members;
    }

    /// All members, in the order of the file.
    Map<String, Fields> allMembers() {
        Map<String, Fields> members = new LinkedHashMap<>();
        map().forEach((name, member) -> members.put(String.valueOf(name), new Fields(place + ": " + name, member)));
        return members;
    }

    List<Fields> elements() {
        if (value instanceof List<?> list) {
            List<Fields> elements = new ArrayList<>();
            for (Object element : list) {
                elements.add(new Fields(place + "[" + elements.size() + "]", element));
            }
            return elements;
        }
        throw wrong("is no list");
    }

    /// The elements of a list that may be absent.
    List<Fields> elements(String name) {
        return find(name).map(Fields::elements).orElse(List.of());
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        throw wrong("is no string");
    }

    double number() {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong("is no number");
    }

    boolean isNull() {
        return value == null;
    }

    boolean isNumber() {
        return value instanceof Number;
    }

    boolean isObject() {
        return value instanceof Map;
    }

    boolean isList() {
        return value instanceof List;
    }

    /// A string, a number or a literal, as the file has it.
    String plain() {
        return String.valueOf(value);
    }

    BadResultsException wrong(String what) {
        return new BadResultsException(place + " " + what);
    }

    private Map<?, ?> map() {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong("is no object");
    }
}
