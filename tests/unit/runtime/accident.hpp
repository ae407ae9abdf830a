#pragma once
// The connector for files, with accidents: what a step calls may throw, or bring the process down.
#include <functional>
#include <memory>
#include <string>

#include "connectors/catalog.hpp"

namespace weir {

class AccidentKind final : public ConnectorKind {
public:
    using Accident = std::function<void(const std::string& path)>;
    AccidentKind(std::unique_ptr<ConnectorKind> real, Accident accident) : real_(std::move(real)), accident_(std::move(accident)) {}
    std::string_view name() const override { return real_->name(); }
    Result<std::unique_ptr<Connector>> make(const std::string& name, const std::vector<Argument>& arguments, ConnectorWorld world) override {
        Result<std::unique_ptr<Connector>> made = real_->make(name, arguments, world);
        if (!made) return made;
        return std::unique_ptr<Connector>(std::make_unique<Connection>(std::move(*made), accident_));
    }
    // In place of the one for files.
    static void among(std::vector<std::unique_ptr<ConnectorKind>>& kinds, Accident accident) {
        for (auto& kind : kinds)
            if (kind->name() == "file") {
                kind = std::make_unique<AccidentKind>(std::move(kind), std::move(accident));
                return;
            }
    }

private:
    struct Connection final : Connector {
        Connection(std::unique_ptr<Connector> r, const Accident& a) : real(std::move(r)), accident(a) {}
        Result<std::unique_ptr<Source>> source(const std::string& operation, No number, const std::vector<Argument>& arguments, std::int64_t every, ConnectorWorld world) override {
            return real->source(operation, number, arguments, every, world);
        }
        Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) override { return real->sink(operation, world); }
        bool append_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure) const override {
            if (!real->append_path(arguments, path, failure)) return false;
            accident(path);
            return true;
        }
        std::unique_ptr<Connector> real;
        const Accident& accident;
    };
    std::unique_ptr<ConnectorKind> real_;
    Accident accident_;
};

}  // namespace weir
