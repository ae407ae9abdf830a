#include "dsl/expressions/builtin_lists.hpp"

namespace weir {

std::vector<Builtin> array_builtins() {
    const BuiltinParameter items{"items", "[any]"};
    const BuiltinParameter object{"of", "object"};
    const BuiltinParameter test{"test", "bool", false, 1};
    const BuiltinParameter by{"by", "any", false, 1};
    const FailureSet invalid = raises_invalid();
    return {
        {"map", {items, {"each", "any", false, 1}}, "[U]", {}, "What the lambda makes of each item.", "[1, 2].map(x -> x * 10)", "[10,20]"},
        {"filter", {items, test}, "S", {}, "The items that fit.", "[1, 2, 3].filter(x -> x > 1)", "[2,3]"},
        {"any", {items, test}, "bool", {}, "Does at least one item fit? False for an empty array.", "[1, 2].any(x -> x == 2)", "true"},
        {"all", {items, test}, "bool", {}, "Do all items fit? True for an empty array.", "[1, 2].all(x -> x > 0)", "true"},
        {"find", {items, test}, "T?", {}, "The first item that fits, or null.", "[1, 2, 3].find(x -> x > 1)", "2"},
        {"flat_map", {items, {"each", "[any]", false, 1}}, "U", {}, "The arrays that the lambda makes of the items, as one.", "[1, 2].flat_map(x -> [x, x])", "[1,1,2,2]"},
        {"flatten", {items}, "T", {}, "An array of arrays as one array, one level deep.", "[[1], [2, 3]].flatten()", "[1,2,3]"},
        {"length", {{"of", "string | bytes | [any] | object"}}, "int", {}, "How many characters, bytes, items or entries.", R"("größe".length())", "5"},
        {"first", {items}, "T?", {}, "The first item, or null.", "[1, 2].first()", "1"},
        {"last", {items}, "T?", {}, "The last item, or null.", "[1, 2].last()", "2"},
        {"get", {{"of", "[any] | object"}, {"at", "int | string"}}, "T?", {}, "The item at an index (negative ones count from the end) or the field of a name; null where there is none.", "[1, 2].get(-1)", "2"},
        {"skip", {items, {"count", "int"}}, "S", {}, "All but the first so many.", "[1, 2, 3].skip(1)", "[2,3]"},
        {"enumerate", {items}, "[{ index: int, value: T }]", {}, "Each item with its index, from 0.", R"(["a"].enumerate())", R"([{"index":0,"value":"a"}])"},
        {"sum", {items}, "number", invalid, "The items added; 0 for none. Of ints an int, with decimals a decimal. Fails where it does not fit.", "[1, 2, 3].sum()", "6"},
        {"average", {items}, "number?", invalid, "The sum divided by the count, as a decimal (a double for doubles); null for none.", "[1, 2].average()", "1.5"},
        {"min", {{"of", "[any] | number"}, {"other", "number", true}}, "any", {}, "The smallest item of an array (null for none), or the smaller one of two numbers.", "[3, 1, 2].min()", "1"},
        {"max", {{"of", "[any] | number"}, {"other", "number", true}}, "any", {}, "The largest item of an array (null for none), or the larger one of two numbers.", "max(3, 7)", "7"},
        {"min_by", {items, by}, "T?", {}, "The item for which the lambda gives the smallest; the first of equals; null for none.", R"([{ n: 2 }, { n: 1 }].min_by(x -> x.n))", R"({"n":1})"},
        {"max_by", {items, by}, "T?", {}, "The item for which the lambda gives the largest; the first of equals; null for none.", R"([{ n: 2 }, { n: 1 }].max_by(x -> x.n))", R"({"n":2})"},
        {"sort", {items}, "S", {}, "In rising order: numbers by value, texts by code points. Items that can't be compared fail.", "[3, 1, 2].sort()", "[1,2,3]"},
        {"sort_by", {items, by, {"descending", "bool", true}}, "S", {}, "In the order of what the lambda gives; equals keep their order.", "[1, 3, 2].sort_by(x -> x, descending: true)", "[3,2,1]"},
        {"unique", {items}, "S", {}, "Without the later ones of equal items.", "[1, 2, 1].unique()", "[1,2]"},
        {"group_by", {items, by}, "map([T])", {}, "The items by the key (a text or a number, written as text) that the lambda gives, in the order of the first of each.", "[1, 2, 3].group_by(x -> x mod 2)", R"({"1":[1,3],"0":[2]})"},
        {"count_by", {items, by}, "map(int)", {}, "How many items there are for each key.", R"(["a", "b", "a"].count_by(x -> x))", R"({"a":2,"b":1})"},
        {"key_by", {items, by}, "map(T)", {}, "The items by their key; of equal keys the last.", R"([{ id: "a" }].key_by(x -> x.id))", R"({"a":{"id":"a"}})"},
        {"keys", {object}, "[string]", {}, "The names of the fields, in their order.", R"({ a: 1, b: 2 }.keys())", R"(["a","b"])"},
        {"values", {object}, "[T]", {}, "The values of the fields, in their order.", R"({ a: 1, b: 2 }.values())", "[1,2]"},
        {"entries", {object}, "[{ key: string, value: T }]", {}, "Each field as `{ key, value }`.", R"({ a: 1 }.entries())", R"([{"key":"a","value":1}])"},
        {"from_entries", {{"entries", "[any]"}}, "map(any)", {}, "The object of entries `{ key, value }`; of equal keys the last.", R"([{ key: "a", value: 1 }].from_entries())", R"({"a":1})"},
        {"map_values", {object, {"each", "any", false, 1}}, "map(U)", {}, "The same keys with what the lambda makes of each value.", R"({ a: 1 }.map_values(v -> v + 1))", R"({"a":2})"},
        {"only", {object, {"names", "string", false, 0, true}}, "map(T)", {}, "Only the fields of these names.", R"({ a: 1, b: 2 }.only("a"))", R"({"a":1})"},
        {"without", {object, {"names", "string", false, 0, true}}, "map(T)", {}, "Without the fields of these names.", R"({ a: 1, b: 2 }.without("a"))", R"({"b":2})"},
        {"merge", {object, {"with", "object"}, {"deep", "bool", true}}, "map(any)", {}, "Both objects as one, the second one wins; `deep`: objects in both are merged too.", R"({ a: 1 }.merge({ b: 2 }))", R"({"a":1,"b":2})"},
    };
}

}  // namespace weir
