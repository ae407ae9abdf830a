// Whole flows on the simulated set: what routing steps do with messages (patterns.md 8, 29, 30, 32, 60).
#include "small_world.hpp"

namespace weir {
namespace {

const char* orders =
    "{\"id\":\"1\",\"kind\":\"widget\",\"n\":2,\"price\":2.50}\n"
    "{\"id\":\"2\",\"kind\":\"gadget\",\"n\":1,\"price\":10}\n"
    "this is no JSON\n"
    "{\"id\":\"3\",\"kind\":\"other\",\"n\":3,\"price\":0.10}\n";

}  // namespace

TEST_CASE("a file of lines is routed, translated and appended to files, and the run ends by itself") {
    SmallWorld world;
    world.files.put("/in/orders.jsonl", orders);
    world.start(R"(
flow split_orders
  from file.lines("in/orders.jsonl")
{
  route body.kind {
    "widget" {
      translate { id: body.id, total: body.n * body.price }
      -> file.append("out/widgets.jsonl")
    }
    "gadget" -> file.append("out/gadgets.jsonl")
    else     -> file.append("out/other.jsonl")
  }
}
)");
    CHECK(world.error == "");
    CHECK(world.ended);
    CHECK(world.files.text("out/widgets.jsonl") == "{\"id\":\"1\",\"total\":5.00}\n");
    CHECK(world.files.text("out/gadgets.jsonl") == "{\"id\":\"2\",\"kind\":\"gadget\",\"n\":1,\"price\":10}\n");
    CHECK(world.files.text("out/other.jsonl") == "{\"id\":\"3\",\"kind\":\"other\",\"n\":3,\"price\":0.10}\n");
    const Figures& figures = world.figures("split_orders");
    CHECK(figures.taken == 4);
    CHECK(figures.done == 3);
    CHECK(figures.dead == 1);
    CHECK(figures.where().at("split_orders.dead") == 1);
}

TEST_CASE("queues lead from flow to flow, topics to every subscriber") {
    SmallWorld world;
    world.put("orders", {"{\"n\":1}", "{\"n\":2}"});
    world.start(R"(
queue orders, left
topic seen
queue a.got, b.got
flow first from orders { -> seen }
flow a from seen { -> a.got }
flow b from seen {
  set body.by = "b"
  -> b.got
}
)");
    CHECK(world.rows("a.got") == std::vector<std::string>{"{\"n\":1}", "{\"n\":2}"});
    CHECK(world.rows("b.got") == std::vector<std::string>{"{\"n\":1,\"by\":\"b\"}", "{\"n\":2,\"by\":\"b\"}"});
    CHECK_FALSE(world.ended);
    world.put("orders", {"{\"n\":3}"});
    CHECK(world.rows("a.got").size() == 3);
    world.engine->stop();
    world.executor.run_until_idle();
    CHECK(world.ended);
}

TEST_CASE("a filter without else ends the message, counted; with else it takes the other way") {
    SmallWorld world;
    world.put("orders", {"{\"n\":1}", "{\"n\":20}", "{\"n\":300}"});
    world.start(R"(
queue orders, kept, small
flow f from orders {
  filter body.n > 100 else -> small
  -> kept
}
)", {.until_idle = true});
    CHECK(world.ended);
    CHECK(world.rows("kept") == std::vector<std::string>{"{\"n\":300}"});
    CHECK(world.rows("small").size() == 2);
}

TEST_CASE("recipients: a copy for every arm that fits, each once, and the message goes on") {
    SmallWorld world;
    world.put("orders", {R"({"to":["acme","bolt","acme"]})", R"({"to":["nobody"]})"});
    world.start(R"(
queue orders, acme, bolt, all
flow f from orders {
  recipients body.to {
    "acme" -> acme
    "bolt" {
      set body.extra = true
      -> bolt
    }
  }
  -> all
}
)", {.until_idle = true});
    CHECK(world.rows("acme").size() == 1);
    CHECK(world.rows("bolt") == std::vector<std::string>{R"({"to":["acme","bolt","acme"],"extra":true})"});
    CHECK(world.rows("all") == std::vector<std::string>{R"({"to":["acme","bolt","acme"]})"});
    CHECK(world.figures("f").dead == 1);  // an element that no arm names is invalid
}

}  // namespace weir
