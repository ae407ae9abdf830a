#pragma once
// The asking side of one connection: connections to one server, kept and used again.
// Owner: the Connector and its sinks. Thread: that of the world's network, all methods; made and taken down while it stands still.
#include <memory>
#include <string>

#include "connectors/http/options.hpp"
#include "connectors/http/wire.hpp"

namespace weir::http {

struct Call {
    Method method = Method::get;
    std::string target;           // checked and escaped
    Headers headers;              // of the call, over those of the connection
    std::string body;
    Format format = Format::none;
    Id128 id;
    EngineTime timeout{0};        // 0: the connection's
};
struct Client {
    virtual ~Client() = default;
    // `then` once, never before `call` returned, always within the timeout.
    virtual void call(Call call, Then<SendResponse> then) = 0;
    virtual const ClientOptions& options() const = 0;
    virtual std::size_t connections() const = 0;
};
Result<std::shared_ptr<Client>> make_client(ClientOptions options, ConnectorWorld world);

}  // namespace weir::http
