#include "engine/message/csv.hpp"

#include <doctest/doctest.h>

#include <random>

#include "engine/message/json.hpp"

using namespace weir;

namespace {

// The table as JSON, or why it is none.
std::string read(std::string_view text, const CsvOptions& options = {}) {
    // A buffer of its own, so that a read behind the end is seen.
    const std::vector<char> exact(text.begin(), text.end());
    Arena arena;
    Value out;
    CsvError error;
    if (!read_csv({exact.data(), exact.size()}, options, arena, out, error)) return "! " + error.text();
    std::string json;
    write_json(json, out);
    return json;
}
std::string write(std::string_view json, const CsvOptions& options = {}) {
    Arena arena;
    JsonReader reader;
    Value table;
    std::string padded(json);
    padded.resize(json.size() + json_padding);
    REQUIRE(reader.read({padded.data(), json.size()}, arena, table));
    std::string out;
    CsvMisfit misfit;
    if (!write_csv(out, table, options, misfit)) return "! " + misfit.path + " " + misfit.why;
    return out;
}
CsvOptions lists() {
    CsvOptions out;
    out.header = false;
    return out;
}

}  // namespace

TEST_CASE("CSV is read as RFC 4180 has it") {
    struct {
        const char* text;
        const char* json;
    } const rows[] = {
        {"", "[]"},
        {"a", "[]"},
        {"a\r\n", "[]"},
        {"a,b\n1,2\n", R"([{"a":"1","b":"2"}])"},
        {"a,b\n1,2", R"([{"a":"1","b":"2"}])"},
        {"a,b\r\n1,2\r\n3,4\r\n", R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])"},
        {"a,b\r\n1,2\n3,4", R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])"},
        {"\xEF\xBB\xBF" "a,b\n1,2\n", R"([{"a":"1","b":"2"}])"},
        {"\xEF\xBB\xBF" "\"a\",b\n1,2\n", R"([{"a":"1","b":"2"}])"},
        {"\n\na,b\n\n1,2\n\r\n3,4\n\n", R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])"},
        {"a,b\n,\n", R"([{"a":"","b":""}])"},
        {"a,b\n1,", R"([{"a":"1","b":""}])"},
        {"a\n\"\"\n", R"([{"a":""}])"},
        {"a,b\n\"1,2\",\"x \"\"y\"\" z\"\n", R"([{"a":"1,2","b":"x \"y\" z"}])"},
        {"a,b\n\"one\ntwo\",\"three\r\nfour\"\n", R"([{"a":"one\ntwo","b":"three\r\nfour"}])"},
        {"a,b\n\"\"\"\",\"\"\"\"\"\"\n", R"([{"a":"\"","b":"\"\""}])"},
        {"a,b\n 1 , 2\n", R"([{"a":" 1 ","b":" 2"}])"},
        {"\"a,b\",c\n1,2\n", R"([{"a,b":"1","c":"2"}])"},
        {",b\n1,2\n", R"([{"":"1","b":"2"}])"},
        {"größe,país\n1,日本\n", R"([{"größe":"1","país":"日本"}])"},
        {"a,b\n007,1e5\n", R"([{"a":"007","b":"1e5"}])"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(read(row.text) == row.json);
    }
}

TEST_CASE("a CSV that is none is told its place") {
    struct {
        const char* text;
        const char* why;
    } const rows[] = {
        {"a,b\n1\n", "line 2, byte 1 (record 1): this record has 1 field, and there are 2 columns"},
        {"a,b\n1,2\n\n1,2,3\n", "line 4, byte 1 (record 2): this record has 3 fields, and there are 2 columns"},
        {"a\n1,2", "line 2, byte 1 (record 1): this record has 2 fields, and there is 1 column"},
        {"a,b\n1,5\" pipe\n", "line 2, byte 4 (record 1, field 2): a quote stands inside of a field that does not begin with one"},
        {"a,b\n1,2\n\"3\"x,4\n", "line 3, byte 4 (record 2, field 1): behind the closing quote stands neither a separator nor the end of the line"},
        {"a,b\n1,\"two\nthree", "line 2, byte 3 (record 1, field 2): this quote is not closed"},
        {"a,b\n\"one\ntwo\",\"3\"4\n", "line 3, byte 9 (record 1, field 2): behind the closing quote stands neither a separator nor the end of the line"},
        {"a,b,a\n1,2,3\n", "line 1, byte 1: the header names the field `a` twice"},
        {"a,b\r1,2\r", "line 1, byte 4: a carriage return stands here without a newline, and outside of quotes"},
        {"a,b\n1,\xff\n", "line 2, byte 3: the text is not UTF-8"},
        {"\"", "line 1, byte 1: this quote is not closed"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const std::string got = read(row.text);
        CHECK(got.substr(0, 2) == "! ");
        CHECK(got.substr(2) == row.why);
    }
}

TEST_CASE("separator, quote, header, names and lines to skip are the reader's to say") {
    CsvOptions options;
    options.separator = ';';
    CHECK(read("a;b\n1,5;2\n", options) == R"([{"a":"1,5","b":"2"}])");
    options.separator = '\t';
    CHECK(read("a\tb\n1\t2\n", options) == R"([{"a":"1","b":"2"}])");
    options = {};
    options.quote = '\'';
    CHECK(read("a,b\n'1,''2',\"3\"\n", options) == R"([{"a":"1,'2","b":"\"3\""}])");
    options = {};
    options.quotes = false;
    CHECK(read("a,b\n\"1,2\"\n", options) == R"([{"a":"\"1","b":"2\""}])");
    CHECK(read("1,2\n3,4\n", lists()) == R"([["1","2"],["3","4"]])");
    CHECK(read("1,2\n3\n", lists()) == "! line 2, byte 1 (record 2): this record has 1 field, and the first one has 2");
    options = lists();
    options.columns = {"x", "y"};
    CHECK(read("1,2\n3,4\n", options) == R"([{"x":"1","y":"2"},{"x":"3","y":"4"}])");
    CHECK(read("1\n", options) == "! line 1, byte 1 (record 1): this record has 1 field, and there are 2 columns");
    options = {};
    options.skip = 2;
    CHECK(read("# made by\n# somebody, \"twice\na,b\n1,2\n", options) == R"([{"a":"1","b":"2"}])");
    CHECK(read("only one", options) == "[]");
    CHECK(read("x\ny\na,b\n1\n", options) == "! line 4, byte 1 (record 1): this record has 1 field, and there are 2 columns");
}

TEST_CASE("a table of more fields than may be fails as too large, and nothing is copied that has no doubled quote") {
    std::string text = "a,b\n";
    for (std::size_t n = 0; n <= most_csv_fields / 2; ++n) text += ",\n";
    Arena arena;
    Value out;
    CsvError error;
    CHECK_FALSE(read_csv(text, {}, arena, out, error));
    CHECK(error.too_large);
    CHECK(error.record == most_csv_fields / 2 + 1);
    const std::string small = "name,note\n\"Bistro Lumiere\",plain\n";
    REQUIRE(read_csv(small, {}, arena, out, error));
    for (std::uint32_t n = 0; n < 2; ++n) {
        const char* at = out.a[0].o[n].value.s;
        CHECK((at >= small.data() && at < small.data() + small.size()));
        CHECK((out.a[0].o[n].key.s >= small.data() && out.a[0].o[n].key.s < small.data() + small.size()));
    }
}

TEST_CASE("a table is written as RFC 4180 has it") {
    struct {
        const char* json;
        const char* text;
    } const rows[] = {
        {"[]", ""},
        {R"([{"a":"1","b":"2"}])", "a,b\r\n1,2\r\n"},
        {R"({"a":"1","b":"2"})", "a,b\r\n1,2\r\n"},
        {R"([{"a":1.50,"b":true},{"b":null,"a":-7}])", "a,b\r\n1.50,true\r\n-7,\r\n"},
        {R"([{"a":"x,y","b":"say \"so\""},{"a":"one\ntwo"}])", "a,b\r\n\"x,y\",\"say \"\"so\"\"\"\r\n\"one\ntwo\",\r\n"},
        {R"([{"a":""}])", "a\r\n\"\"\r\n"},
        {R"([{"a":null}])", "a\r\n\"\"\r\n"},
        {R"([{"a,b":"1"}])", "\"a,b\"\r\n1\r\n"},
        {R"([{"a":"1"},{"a":"1","c":"2"}])", "! [1].c has no column: `keep` or `translate` leaves it out, `columns` adds it"},
        {R"([{"a":[1]}])", "! [0].a is a list, which no field of a table can hold: json(x) writes it as a text"},
        {R"([{"a":{}}])", "! [0].a is an object, which no field of a table can hold: json(x) writes it as a text"},
        {R"([5])", "! [0] is no record: an object or a list"},
        {R"(5)", "!  is no table: a list of records, or one record"},
        {R"([{}])", "! [0] has no fields to name the columns by"},
        {R"([["1","2"]])", "! [0] is a list, which has no names for the header: `header: false`, or `columns`"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.json);
        CHECK(write(row.json) == row.text);
    }
    CHECK(write(R"([["1","2"],[3,null]])", lists()) == "1,2\r\n3,\r\n");
    CHECK(write(R"([["1","2"],[3]])", lists()) == "! [1] has 1 fields, and a record of this table has 2");
    CHECK(write(R"([["1"],{"a":1}])", lists()) == "! [1] has names, and the first record had none");
    CsvOptions options;
    options.columns = {"b", "c", "a"};
    CHECK(write(R"([{"a":1,"b":2}])", options) == "b,c,a\r\n2,,1\r\n");
    CHECK(write("[]", options) == "b,c,a\r\n");
    CHECK(write("[[1,2,3]]", options) == "b,c,a\r\n1,2,3\r\n");
    CHECK(write("[[1,2]]", options) == "! [0] has 2 fields, and a record of this table has 3");
    options = {};
    options.separator = ';';
    CHECK(write(R"([{"a":"1,5","b":"x;y"}])", options) == "a;b\r\n1,5;\"x;y\"\r\n");
    options.quotes = false;
    CHECK(write(R"([{"a":"say \"so\"","b":"1"}])", options) == "a;b\r\nsay \"so\";1\r\n");
    CHECK(write(R"([{"a":"x;y","b":"1"}])", options) == "! [0].a holds a separator or a line end, or is all of its line, and there are no quotes");
}

TEST_CASE("what is written reads back") {
    for (const char* json : {R"([{"a":"x","b":"y"},{"a":"","b":"\"\""}])", R"([{"only":""},{"only":"\r\n"},{"only":" "}])", R"([{"ä;":";,\t'","":"\\"}])"})
        CHECK(read(write(json)) == json);
}

TEST_CASE("whatever the fields are, they read back; and whatever the text is, it is read or told its place") {
    std::mt19937_64 random(11);
    const std::string letters = "ab,;\"'\n\r\t \\0";
    const auto some = [&](std::size_t most) {
        std::string out;
        for (std::size_t n = random() % (most + 1); n > 0; --n) out += letters[random() % letters.size()];
        return out;
    };
    std::size_t tables = 0, refused = 0;
    for (int round = 0; round < 3000; ++round) {
        CsvOptions options = lists();
        if (random() % 2 == 0) options.separator = ';';
        if (random() % 4 == 0) options.quote = '\'';
        const std::size_t columns = 1 + random() % 4;
        std::string json = "[";
        for (std::size_t rows = 1 + random() % 5; rows > 0; --rows) {
            json += json.size() > 1 ? ",[" : "[";
            for (std::size_t n = 0; n < columns; ++n) {
                if (n > 0) json += ',';
                write_json_string(json, some(6));
            }
            json += ']';
        }
        json += ']';
        CHECK(read(write(json, options), options) == json);
        options.header = random() % 2 == 0;
        options.quotes = random() % 8 != 0;
        options.skip = random() % 3;
        const std::string text = some(40);
        const std::string got = read(text, options);
        (got.starts_with("! line ") ? refused : tables)++;
        CHECK((got.starts_with("! line ") || got.starts_with("[")));
        if (options.header || !options.quotes || got == "[]" || !got.starts_with("[")) continue;
        options.skip = 0;
        CHECK(read(write(got, options), options) == got);
    }
    CHECK(tables > 300);
    CHECK(refused > 300);
}
