#pragma once
// A small world whose http is a recorder: who asks, and what is called, is the test's to say.
#include "engine/simulate/recorder.hpp"
#include "tests/unit/runtime/small_world.hpp"

namespace weir {

struct Conversation : SmallWorld {
    Recorder recorder{clock};
    std::vector<Answer> answers;
    Conversation() {
        for (auto& kind : kinds)
            if (kind->name() == "http") kind = recorder.kind("http", nullptr);
    }
    ~Conversation() { close(); }
    void post(const std::string& path, const std::string& body, Headers headers = {}) {
        Delivery delivery;
        delivery.message.body = Body::copy_of(body, Format::json);
        if (!headers.empty()) delivery.message.headers = std::make_shared<const Headers>(std::move(headers));
        delivery.message.meta.id = {random.next(), random.next()};
        delivery.message.meta.created = clock.wall();
        const bool taken = recorder.deliver({"web", "post", {{"", path}}}, std::move(delivery), [this](Answer answer) { answers.push_back(std::move(answer)); });
        REQUIRE(taken);
        executor.run_until_idle();
    }
    Recorder::Out fails(FailureClass kind) {
        Recorder::Out out;
        out.fails = true;
        out.failure = kind;
        return out;
    }
    Recorder::Out gives(const std::string& body) {
        Recorder::Out out;
        out.body = body;
        return out;
    }
};

}  // namespace weir
