#pragma once
// What a listener takes: operations and paths, and the flows behind them.
// Owner: the listener. Thread: its own.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http/server.hpp"
#include "connectors/http/target.hpp"
#include "connectors/http/wire.hpp"

namespace weir::http {

// One operation and path, and the flow behind it.
struct Route {
    SourceOptions options;
    Pattern pattern;
    Inlet* inlet = nullptr;    // null: not started, or over
    std::vector<Delivery> pending;  // of this turn of the loop
    bool flush_posted = false;

    bool takes(Method method) const;
};

class Routes {
public:
    // False: another one takes the same requests.
    bool add(const std::shared_ptr<Route>& route);
    void remove(const std::shared_ptr<Route>& route) { std::erase(routes_, route); }
    // Null: nobody takes it, and `allow` holds the methods that this path takes. `segments`: those under the names of the pattern.
    std::shared_ptr<Route> find(std::string_view path, Method method, std::vector<std::string_view>& segments, std::string& allow) const;

private:
    std::vector<std::shared_ptr<Route>> routes_;  // the first that fits has it
};

}  // namespace weir::http
