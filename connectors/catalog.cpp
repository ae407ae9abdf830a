#include "connectors/catalog.hpp"

#include "connectors/console/kind.hpp"
#include "connectors/file/kind.hpp"
#include "connectors/http/kind.hpp"
#include "connectors/timer/kind.hpp"

namespace weir {
namespace {

struct BuiltIn {
    ConnectorSpec (*spec)();
    std::unique_ptr<ConnectorKind> (*make)();
};
constexpr BuiltIn kinds[] = {
    {file_spec, file_kind},
    {timer_spec, timer_kind},
    {console_spec, console_kind},
    {http_spec, http_kind},
};

}  // namespace

ConnectorCatalog builtin_specs() {
    ConnectorCatalog catalog;
    for (const BuiltIn& kind : kinds) catalog.kinds.push_back(kind.spec());
    return catalog;
}
std::vector<std::unique_ptr<ConnectorKind>> builtin_kinds() {
    std::vector<std::unique_ptr<ConnectorKind>> made;
    for (const BuiltIn& kind : kinds) made.push_back(kind.make());
    return made;
}

}  // namespace weir
