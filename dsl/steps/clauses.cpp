#include "dsl/steps/clauses.hpp"

namespace weir {

namespace {

// `call`: the clauses that are of use there and not on a send.
Places more_of_messages(bool call) {
    Places places;
    places.clause("reply to", Want::subject, Optional, "where the answer goes").later().clause("timeout", Want::duration, Optional, "how long the answer may take");
    if (!call) places.later();
    places
        .clause("batch", Want::value, Optional, "several messages as one: at most so many")
        .behind(Places().clause("within", Want::duration, false, "how long a batch waits for more"))
        .later()
        .clause("cached", Want::duration, Optional, "an answer of this age is used again")
        .behind(Places().clause("by", Want::value, Optional, "the key of the answer"))
        .later()
        .clause("whole", Want::nothing, Optional, "the answer with its headers and its status")
        .later()
        .clause("unrecorded", Want::nothing, Optional, "the answer is not kept for a re-run");
    if (!call) places.later();
    return places;
}

}  // namespace

Places send_clauses() {
    return Places()
        .clause("header", Want::value, Optional, "the headers of the new message")
        .add(more_of_messages(false))
        .refuse("with", "the message stands behind the target: `-> x e`")
        .refuse("headers", "write `header e`");
}

Places call_clauses() { return Places().clause("header", Want::value, Optional, "the headers of the request").add(more_of_messages(true)).refuse("with", "the message stands behind the target: `call x e`").refuse("headers", "write `header e`"); }

Places group_clauses(const std::string& word) {
    return Places()
        .clause("complete when", Want::condition, Optional, "the group is complete when this is true; `all`: when every part has come")
        .or_word("all")
        .clause("or after", Want::duration, Optional, "or after this time")
        .behind(Places().clause("idle", Want::nothing, Optional, "counted from the last message"))
        .clause("else after", Want::duration, Optional, "after this time an incomplete group takes another way")
        .behind(Places().operand("action", Want::action, "what becomes of an incomplete group"))
        .either()
        .clause("max", Want::number, Optional, "the most messages of a group")
        .clause("newest", Want::number, Optional, "only so many of the latest are kept")
        .clause("once for", Want::duration, Optional, "a message of a key that was complete is too late for so long")
        .clause("into", Want::value, Optional, "the body that is made of the group")
        .refuse("complete after", "write `or after 1m`: `complete` is followed by `when`")
        .refuse("all", "write `" + word + "complete when all ..`");
}

Places source_clauses() {
    return Places()
        .clause("as", Want::dotted, Optional, "the name of the durable subscription of a topic")
        .clause("where", Want::condition, Optional, "selects messages")
        .clause("weight", Want::number, Optional, "its share among the sources")
        .clause("every", Want::duration, Optional, "asks again and again")
        .clause("max", Want::number, Optional, "at most so many at once")
        .clause("by", Want::value, Optional, "the key of the process")
        .later()
        .clause("live", Want::nothing, Optional, "only while the flow runs, not durable")
        .clause("since oldest", Want::nothing, Optional, "begins at the oldest message that is kept");
}

}  // namespace weir
