#pragma once
#include <memory>
#include <string>

#include "engine/ports/connector.hpp"

namespace weir {

// A kind whose connections hold nothing: there without a declaration, made anew for whoever asks.
template <class C> class ReadyMade final : public ConnectorKind {
public:
    explicit ReadyMade(std::string name) : name_(std::move(name)) {}
    std::string_view name() const override { return name_; }
    Result<std::unique_ptr<Connector>> make(const std::string&, const std::vector<Argument>&, ConnectorWorld) override { return std::unique_ptr<Connector>(std::make_unique<C>()); }

private:
    std::string name_;
};

}  // namespace weir
