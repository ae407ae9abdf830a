// console.line: one body a line.
#include "connectors/console/parts.hpp"

namespace weir::console {
namespace {

class Line final : public Sink {
public:
    explicit Line(ConnectorWorld world) : world_(world) {}
    void send(SendRequest request, Then<SendResponse> then) override {
        SendResponse response;
        request.body += '\n';
        Result<std::unique_ptr<File>> opened = file_ ? Result<std::unique_ptr<File>>(std::unique_ptr<File>()) : world_.console.open("-", OpenMode::append);
        if (opened && *opened) file_ = std::move(*opened);
        const Result<Done> written = opened ? file_->append(request.body) : Result<Done>(opened.error());
        response.ok = static_cast<bool>(written);
        if (!written) {
            response.failure.kind = FailureClass::unavailable;
            response.failure.message = written.error().text;
        }
        world_.executor.post([then = std::move(then), response = std::move(response)]() mutable { then(std::move(response)); });
    }

private:
    ConnectorWorld world_;
    std::unique_ptr<File> file_;
};

}  // namespace

std::unique_ptr<Sink> line_sink(ConnectorWorld world) { return std::make_unique<Line>(world); }

}  // namespace weir::console
