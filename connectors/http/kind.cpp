#include "connectors/http/kind.hpp"

#include <cerrno>
#include <map>

#include "connectors/arguments.hpp"
#include "connectors/http/client.hpp"
#include "connectors/http/media.hpp"
#include "connectors/http/options.hpp"
#include "connectors/http/rehearse.hpp"
#include "connectors/http/server.hpp"
#include "connectors/http/target.hpp"

namespace weir {
namespace {

using namespace http;

class HttpSink final : public Sink {
public:
    HttpSink(Method method, std::shared_ptr<Client> client, Executor& executor) : method_(method), client_(std::move(client)), executor_(executor) {}
    void send(SendRequest request, Then<SendResponse> then) override {
        Call call;
        call.method = method_;
        call.id = request.id;
        call.timeout = request.timeout;
        std::string why;
        if (!write_target(call.target, client_->options().url.base, text_argument(request.arguments, "path", 0), find_argument(request.arguments, "query"), why) ||
            !read_headers(find_argument(request.arguments, "headers"), call.headers, why) || !add_headers(request.headers, call.headers, why))
            return refuse(std::move(why), std::move(then));
        call.body = std::move(request.body);
        call.format = request.format;
        client_->call(std::move(call), std::move(then));
    }

private:
    void refuse(std::string why, Then<SendResponse> then) {
        executor_.post([text = std::move(why), then = std::move(then)]() mutable {
            SendResponse response;
            response.failure.kind = FailureClass::invalid;
            response.failure.message = std::move(text);
            then(std::move(response));
        });
    }
    Method method_;
    std::shared_ptr<Client> client_;
    Executor& executor_;
};

class ServerConnector final : public Connector {
public:
    ServerConnector(ServerOptions options, std::shared_ptr<Listener> listener) : options_(std::move(options)), listener_(std::move(listener)) {}
    Result<std::unique_ptr<Source>> source(const std::string& operation, No, const std::vector<Argument>& arguments, std::int64_t, ConnectorWorld) override {
        SourceOptions source;
        source.operation = operation;
        source.path = text_argument(arguments, "path", 0);
        source.name = source_name(arguments, options_.name + "." + operation + source.path);
        // The same words as for the connection, read in the same way.
        std::vector<Argument> own{{"listen", Value::string("0")}};
        for (const char* name : {"accept", "max_body"})
            if (const Value* value = find_argument(arguments, name)) own.push_back({name, *value});
        const Result<ServerOptions> read = server_options(options_.name + "." + operation, own);
        if (!read) return read.error();
        source.accept = find_argument(arguments, "accept") == nullptr ? options_.accept : read->accept;
        source.max_body = find_argument(arguments, "max_body") == nullptr ? options_.max_body : read->max_body;
        return listener_->source(std::move(source));
    }
    Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld) override {
        return Error{EINVAL, options_.name + "." + operation + ": a connector with `listen` takes requests; one with `url` sends them"};
    }
    bool append_path(const std::vector<Argument>&, std::string&, Failure& failure) const override {
        failure.kind = FailureClass::internal;
        failure.message = "http appends to no file";
        return false;
    }

private:
    ServerOptions options_;
    std::shared_ptr<Listener> listener_;
};

class ClientConnector final : public Connector {
public:
    explicit ClientConnector(ClientOptions options) : options_(std::move(options)) {}
    Result<std::unique_ptr<Source>> source(const std::string& operation, No, const std::vector<Argument>&, std::int64_t, ConnectorWorld) override {
        return Error{EINVAL, options_.name + "." + operation + ": a connector with `url` sends requests; one with `listen` takes them"};
    }
    Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) override {
        constexpr std::pair<std::string_view, Method> methods[] = {{"get", Method::get}, {"head", Method::head}, {"post", Method::post}, {"put", Method::put}, {"patch", Method::patch}, {"delete", Method::delete_}};
        for (const auto& [name, method] : methods) {
            if (operation != name) continue;
            std::shared_ptr<Client>& client = clients_[world.network];  // one pool a thread
            if (!client) {
                Result<std::shared_ptr<Client>> made = make_client(options_, world);
                if (!made) return made.error();
                client = std::move(*made);
            }
            return std::unique_ptr<Sink>(std::make_unique<HttpSink>(method, client, world.executor));
        }
        return Error{EINVAL, options_.name + "." + operation + ": no such call"};
    }
    bool append_path(const std::vector<Argument>&, std::string&, Failure& failure) const override {
        failure.kind = FailureClass::internal;
        failure.message = "http appends to no file";
        return false;
    }

private:
    ClientOptions options_;
    std::map<boost::asio::io_context*, std::shared_ptr<Client>> clients_;
};

class HttpKind final : public ConnectorKind {
public:
    std::string_view name() const override { return "http"; }
    bool rehearse(const Rehearsal& test, Message& out, std::string& why) const override { return http::rehearse(test, out, why); }
    std::optional<FailureClass> refusal(unsigned status) const override { return status < 300 ? std::nullopt : std::optional(class_of(status)); }
    Result<std::unique_ptr<Connector>> make(const std::string& name, const std::vector<Argument>& arguments, ConnectorWorld world) override {
        const bool server = find_argument(arguments, "listen") != nullptr, client = find_argument(arguments, "url") != nullptr;
        if (server == client) return Error{EINVAL, "connector " + name + ": either `listen`, to take requests, or `url`, to send them"};
        if (client) {
            Result<ClientOptions> options = client_options(name, arguments);
            if (!options) return options.error();
            return std::unique_ptr<Connector>(std::make_unique<ClientConnector>(std::move(*options)));
        }
        Result<ServerOptions> options = server_options(name, arguments);
        if (!options) return options.error();
        Result<std::shared_ptr<Listener>> listener = listen(*options, world);
        if (!listener) return listener.error();
        return std::unique_ptr<Connector>(std::make_unique<ServerConnector>(std::move(*options), std::move(*listener)));
    }
};

}  // namespace

std::unique_ptr<ConnectorKind> http_kind() { return std::make_unique<HttpKind>(); }

}  // namespace weir
