// `decode` and `encode` on their way through a flow: what comes out, and what a message is told that is not in the format.
#include "dsl/steps/spec.hpp"
#include "small_world.hpp"

using namespace weir;

namespace {

// The body behind the steps, or class, path and text of the failure.
std::string through(const std::string& steps, const std::string& body, const std::string& declarations = "") {
    SmallWorld world;
    world.start(declarations + "queue src\nqueue out\nqueue bad\nflow f\n  from src\n  on any -> bad\n{\n  " + steps + "\n  -> out\n}\n");
    REQUIRE(world.error.empty());
    world.put("src", {body});
    const std::vector<std::string> out = world.rows("out");
    if (out.size() == 1) return out[0];
    const auto bad = world.store->read(world.store->number(NameKind::channel, "bad"), 0, 10, 1u << 20);
    REQUIRE((bad && bad->size() == 1));
    Headers headers;
    Meta meta;
    REQUIRE(decode_envelope((*bad)[0].envelope, headers, meta));
    REQUIRE(meta.failure);
    CHECK((*bad)[0].body == body);  // as it came
    return "! " + std::string(name_of(meta.failure->kind)) + " " + meta.failure->path + ": " + meta.failure->message;
}
std::string json_text(std::string_view text) {
    std::string out;
    write_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("decode json reads a text, or bytes, and numbers stay as they came") {
    struct {
        const char *steps, *body, *out;
    } const rows[] = {
        {"decode json", R"("{\"a\": 1.50, \"b\": [true, null]}")", R"({"a": 1.50, "b": [true, null]})"},
        {"decode json", R"("\"x\"")", R"("x")"},
        {"decode json\n  translate body.a", R"("{\"a\":{\"b\":\"caf\\u00e9\"}}")", R"({"b":"café"})"},
        {"translate body.text\n  decode json\n  translate { n: body.n, t: body.t }", R"({"text":"{\"n\":1e400,\"t\":\"é\"}"})", R"({"n":1e400,"t":"é"})"},
        {"translate bytes(\"[1,2]\")\n  decode json", "null", "[1,2]"},
        {"translate \"${body.a}${body.b}\"\n  decode json\n  let kept = body.x\n  translate 5\n  translate kept", R"({"a":"{\"x\":\"long enough to ","b":"stand by itself\"}"})", R"(long enough to stand by itself)"},
        {"decode json", R"("")", "! invalid body: the body is not JSON: line 1, byte 1: the text ends too early"},
        {"decode json", R"("{\n  \"a\": 1,\n  \"b\" 2\n}")", "! invalid body: the body is not JSON: line 3, byte 7: a `:` belongs behind the key"},
        {"decode json", R"({"a":1})", "! invalid body: body is an object, and only a text or bytes can be decoded"},
        {"decode json", "7", "! invalid body: body is an int, and only a text or bytes can be decoded"},
        {"decode json", "null", "! invalid body: body is null, and only a text or bytes can be decoded"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.steps);
        CAPTURE(row.body);
        CHECK(through(row.steps, row.body) == row.out);
    }
    CHECK(through("decode json", json_text(std::string(64, '[') + std::string(64, ']'))) == std::string(64, '[') + std::string(64, ']'));
    CHECK(through("decode json", json_text(std::string(65, '[') + std::string(65, ']'))) == "! invalid body: the body is not JSON: line 1, byte 65: nested too deeply");
}

TEST_CASE("decode csv gives records of texts, and validate reads them by their types") {
    const std::string type = "type Price { sku: string, cents: int, note: string?, until: timestamp?, kind: \"new\" | \"old\" = \"new\" }\n";
    const auto read = [&](const std::string& steps, const std::string& text) { return through(steps, json_text(text), type); };
    CHECK(read("decode csv", "sku,cents\na,1\n\"b,c\",2\n") == R"([{"sku":"a","cents":"1"},{"sku":"b,c","cents":"2"}])");
    CHECK(read("decode csv\n  validate [Price]", "sku,cents,until\na,1,\n07,2,2026-01-31T10:00:00Z\n") == R"([{"sku":"a","cents":1,"until":null,"kind":"new"},{"sku":"07","cents":2,"until":"2026-01-31T10:00:00Z","kind":"new"}])");
    CHECK(read("decode csv\n  validate [Price]", "sku,cents\na,1\nb,two\n") == "! invalid body[1].cents: body[1].cents is a string (\"two\"), and must be int");
    CHECK(read("decode csv\n  validate [Price]", "hello\nworld\n") == "! invalid body[0].sku: body[0].sku is missing, and must be string");
    CHECK(read("decode csv\n  translate body[0]\n  validate Price\n  translate body.cents + 1", "sku,cents\na,1\n") == "2");
    CHECK(read("decode csv(separator: \";\", header: false, columns: [\"sku\", \"cents\"])\n  validate [Price]", "a;1") == R"([{"sku":"a","cents":1,"kind":"new"}])");
    CHECK(read("decode csv(header: false)\n  translate body.map(row -> row.length())", "a,b\nc,d\n") == "[2,2]");
    CHECK(through("decode csv(separator: sign)", json_text("a|b\n1|2\n"), "param sign: string = env(\"SIGN\", \"|\")\n") == R"([{"a":"1","b":"2"}])");
    CHECK(through("decode csv(separator: sign)", json_text("a|b\n1|2\n"), "param sign: string = env(\"SIGN\", \"||\")\n") == "! invalid : `separator` of `csv` is one ASCII character");
    CHECK(read("decode csv", "a,b\n1,2,3\n") == "! invalid body: the body is not CSV: line 2, byte 1 (record 1): this record has 3 fields, and there are 2 columns");
    CHECK(through("decode csv", R"({"t":"a"})") == "! invalid body: body is an object, and only a text or bytes can be decoded");
    // Where nobody has said that these are texts of a table, validate converts nothing.
    CHECK(read("decode json\n  validate [Price]", R"([{"sku":"a","cents":"1"}])") == "! invalid body[0].cents: body[0].cents is a string (\"1\"), and must be int: a number in quotes is a text");
}

TEST_CASE("decode text holds bytes to UTF-8") {
    CHECK(through("translate bytes(body)\n  decode text\n  translate body.upper()", R"("größe x")") == "GRößE X");
    CHECK(through("translate bytes(body)\n  decode text", json_text("\xEF\xBB\xBFx")) == "x");
}

TEST_CASE("a file's bytes are decoded where they lie, and bytes that are no text are told their place") {
    const auto file = [](const std::string& steps, const std::string& bytes) {
        SmallWorld world;
        world.files.put("/in/one.txt", bytes);
        world.start("queue bad\nflow f\n  from file.read(\"in/*.txt\")\n  on any -> bad\n{\n  " + steps + "\n  -> file.write(\"out/one.txt\")\n}\n");
        world.advance(std::chrono::seconds(10));
        if (world.files.has("/out/one.txt")) return world.files.text("/out/one.txt");
        const auto bad = world.store->read(world.store->number(NameKind::channel, "bad"), 0, 10, 1u << 20);
        REQUIRE((bad && bad->size() == 1));
        CHECK((*bad)[0].body == bytes);
        Headers headers;
        Meta meta;
        REQUIRE(decode_envelope((*bad)[0].envelope, headers, meta));
        return "! " + meta.failure->message;
    };
    CHECK(file("decode text", "x\r\ny") == "x\r\ny");
    CHECK(file("decode text", "one\ntwo \xff three") == "! the body is no text: line 2, byte 5: the bytes are not UTF-8");
    CHECK(file("decode csv", "a,b\n1,2\n") == R"([{"a":"1","b":"2"}])");
    CHECK(file("decode csv", "a,b\n1,\xe4\n") == "! the body is not CSV: line 2, byte 3: the text is not UTF-8");
    CHECK(file("decode json\n  set body.b = 2", "{\"a\":1}") == R"({"a":1,"b":2})");
    CHECK(file("decode json", "{\"a\": 1 }") == "{\"a\": 1 }");
    CHECK(file("decode json", "{\"a\": \"\xff\"}") == "! the body is not JSON: line 1, byte 8: the text is not UTF-8");
}

TEST_CASE("encode writes a text, which leaves as it is") {
    struct {
        const char *steps, *body, *out;
    } const rows[] = {
        {"encode json", R"({ "a": 1.50 })", R"({ "a": 1.50 })"},
        {"encode json\n  translate body.length()", R"({"a":1})", "7"},
        {"set body.b = 2\n  encode json", R"({"a":1})", R"({"a":1,"b":2})"},
        {"translate \"x\"\n  encode json", "1", R"("x")"},
        {"translate null\n  encode json", "1", "null"},
        {"encode csv", R"([{"a":1.50,"b":"x,y"}])", "a,b\r\n1.50,\"x,y\"\r\n"},
        {"encode csv(header: false, separator: \"\\t\")", R"({"a":1,"b":null})", "1\t\r\n"},
        {"encode csv(columns: [\"b\"])", R"([{"b":1}])", "b\r\n1\r\n"},
        {"encode csv(columns: [\"b\"])", R"([{"b":1},{"b":2,"a":3}])", "! invalid body[1].a: body[1].a has no column: `keep` or `translate` leaves it out, `columns` adds it"},
        {"encode csv", R"("x")", "! invalid body: body is no table: a list of records, or one record"},
        {"encode text", R"("x")", "x"},
        {"encode text", "1.50", "1.50"},
        {"encode text", "true", "true"},
        {"encode text", "{}", "! invalid body: body is an object, which has no text"},
        {"encode text", "null", "! invalid body: body is null, which has no text"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.steps);
        CAPTURE(row.body);
        CHECK(through(row.steps, row.body) == row.out);
    }
    CHECK(through("translate \"x\".repeat(9000000)\n  let y = body\n  translate [y, y]\n  encode json", "1") == "! too_large body: the text is longer than 16 MiB");
}

TEST_CASE("what is encoded is decoded again") {
    for (const char* format : {"json", "csv"}) CHECK(through(std::string("encode ") + format + "\n  decode " + format + "\n  encode json", R"([{"a":"1","b":"x \"y\"\n"}])") == R"([{"a":"1","b":"x \"y\"\n"}])");
}

TEST_CASE("the examples of both words do what they show") {
    struct {
        const char *example, *body, *out;
    } const rows[] = {
        {"decode json", R"("[1]")", "[1]"},
        {"decode csv(separator: \";\")", R"("a;b\n1;2\n")", R"([{"a":"1","b":"2"}])"},
        {"decode csv(header: false, columns: [\"sku\", \"count\"], skip: 2)", R"("made\nby hand\nw1,2\n")", R"([{"sku":"w1","count":"2"}])"},
        {"decode text", R"("x")", "x"},
        {"encode json", R"({"a":1})", R"({"a":1})"},
        {"encode csv(columns: [\"sku\", \"count\"], header: false)", R"([{"count":2,"sku":"w1"}])", "w1,2\r\n"},
        {"encode text", "2.50", "2.50"},
    };
    std::size_t shown = 0;
    for (const char* word : {"decode", "encode"})
        for (const std::string& example : find_step(word)->examples) {
            CAPTURE(example);
            const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const auto& each) { return each.example == example; });
            REQUIRE(row != std::end(rows));
            CHECK(through(example, row->body) == row->out);
            ++shown;
        }
    CHECK(shown == std::size(rows));
}
