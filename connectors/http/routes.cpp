#include "connectors/http/routes.hpp"

#include <algorithm>

namespace weir::http {

bool Route::takes(Method method) const {
    const std::string& o = options.operation;
    switch (method) {
        case Method::get:
        case Method::head: return o == "get" || o == "any";
        case Method::post: return o == "post" || o == "any";
        case Method::put: return o == "put" || o == "any";
        case Method::patch: return o == "patch" || o == "any";
        case Method::delete_: return o == "delete" || o == "any";
        case Method::options: return o == "any";
        case Method::other: return false;
    }
    return false;
}

bool Routes::add(const std::shared_ptr<Route>& route) {
    for (const auto& other : routes_)
        if (other->pattern.shape() == route->pattern.shape() && other->options.operation == route->options.operation) return false;
    // Constants before names, then an operation before `any`.
    const auto before = [](const std::shared_ptr<Route>& a, const std::shared_ptr<Route>& b) {
        if (a->pattern.comes_before(b->pattern)) return true;
        if (b->pattern.comes_before(a->pattern)) return false;
        return a->options.operation != "any" && b->options.operation == "any";
    };
    routes_.insert(std::upper_bound(routes_.begin(), routes_.end(), route, before), route);
    return true;
}

std::shared_ptr<Route> Routes::find(std::string_view path, Method method, std::vector<std::string_view>& segments, std::string& allow) const {
    for (const std::shared_ptr<Route>& route : routes_) {
        if (!route->pattern.fits(path, segments)) continue;
        if (route->takes(method)) return route;
        for (unsigned m = 0; m < static_cast<unsigned>(Method::other); ++m) {
            const std::string_view name = name_of(static_cast<Method>(m));
            if (route->takes(static_cast<Method>(m)) && !has_token(lower(allow), lower(name))) allow.append(allow.empty() ? "" : ", ").append(name);
        }
    }
    return nullptr;
}

}  // namespace weir::http
