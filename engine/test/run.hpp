#pragma once
// One test under way. Owner: run_test. run.cpp has its steps, look.cpp what is expected of the world.
#include <deque>
#include <functional>

#include "engine/test/runner.hpp"
#include "engine/test/values.hpp"

namespace weir {

class TestRun {
public:
    TestRun(const TestSetup& setup, const plan::Test& test, std::optional<std::uint64_t> seed) : plan_(setup.plan), test_(test), world_(setup, seed), values_(world_, test) {}
    TestResult run();

private:
    struct Sender {  // of a message whose sender waits
        std::string name;
        std::optional<Answer> answer;
    };
    struct Look {    // what an expectation finds
        bool holds = false;
        std::string expected, was;
        std::vector<std::string> notes;
    };

    // False: the failure stands.
    bool step(const plan::TestStep& step);
    bool take(const plan::TestStub& s);
    bool take(const plan::TestSend& s);
    bool take(const plan::TestLet& s);
    bool take(const plan::TestAdvance& s);
    bool take(const plan::TestCrash& s);
    bool take(const plan::TestHold& s);
    bool take(const plan::TestReplay& s);
    bool replay(Deed deed, const std::string& what);
    bool replay_channel(const std::string& channel);
    bool take(const plan::TestPurge& s);
    bool take(const plan::TestExpect& s);
    bool send_to_channel(const plan::TestSend& s, Message message, Headers headers);
    bool send_to_source(const plan::TestSend& s, Message message, Headers headers);
    bool meta_of(plan::ExprId id, Meta& meta);
    bool headers_of(plan::ExprId id, Headers& out);
    bool out_of(const plan::TestOut& from, Recorder::Out& out);
    bool advance(EngineTime by, const std::function<bool()>& look = {});
    bool endpoint(const plan::TestEndpoint& from, Recorder::Endpoint& out, std::vector<Argument>& arguments);
    bool still();  // what was to hold always does
    bool fail(std::string expected, std::string was, std::vector<std::string> notes = {});
    bool cannot(const std::string& what, const std::string& why) { return fail(what, "it can't be: " + why); }

    // look.cpp
    Look look(const plan::TestExpect& e);
    Look look_at_messages(const plan::TestExpect& e);
    Look look_at_reply(const plan::TestExpect& e);
    Look look_at_order(const plan::TestExpect& e);
    Look look_at_figure(const plan::TestExpect& e, std::uint64_t there, const std::string& what);
    bool gather(const plan::TestTarget& target, plan::Expected what, std::vector<SeenMessage>& out, std::string& why);
    bool standing(const plan::TestTarget& target, std::vector<SeenMessage>& out, std::string& why);
    bool standing_in(plan::ChannelId id, std::vector<SeenMessage>& out, std::string& why);
    bool resting(const std::string& flow, std::vector<SeenMessage>& out, std::string& why);
    SeenMessage seen(const Id128& id, const std::string& envelope, const std::string& body, std::uint32_t type, plan::TypeId read_by);
    SeenMessage seen(const Recorder::Sent& sent);
    void compare(const plan::TestExpect& e, const std::vector<SeenMessage>& all, Look& look);

    const plan::Plan& plan_;
    const plan::Test& test_;
    TestWorld world_;
    TestValues values_;
    Span at_;                      // of the step under way
    std::deque<Sender> senders_;   // answers point into it
    std::vector<std::pair<const plan::TestExpect*, Span>> always_;
    std::optional<TestFailure> failure_;
};

}  // namespace weir
