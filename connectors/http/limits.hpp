#pragma once
// Who keeps us waiting, for what, and since when: in each line the oldest stands in front, so that a look at its front is enough.
// Owner: the listener. Thread: its own.
#include <array>
#include <list>

#include "connectors/http/connection.hpp"

namespace weir::http {

class Lines {
public:
    // At the end of `line`, counted anew from `now`; out of the one where it stood.
    void stand(Connection& c, Line line, EngineTime now);
    void leave(Connection& c);
    const std::list<Connection*>& members(Line line) const { return lines_[static_cast<std::size_t>(line)]; }
    // The oldest, if it has stood there for `limit`.
    Connection* late(Line line, EngineTime now, EngineTime limit) const;
    bool empty() const;

private:
    std::array<std::list<Connection*>, 4> lines_;
    std::list<Connection*> spare_;  // list nodes of connections that stand in no line
};

}  // namespace weir::http
