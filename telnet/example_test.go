package telnet_test

import (
	"context"
	"log/slog"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// Now run telnet localhost 3000.
func ExampleListenAndServe() {
	cache := map[string]int{}
	registry.Expose("cache", &cache)
	go telnet.ListenAndServe("localhost:3000", nil)
}

// A server of a registry of its own, on a unix socket, that ends with the application.
func ExampleServer() {
	reg := registry.New()
	reg.Expose("limits", &struct{ perMinute int }{100}, registry.Frozen())
	server := &telnet.Server{
		Addr:        "unix:/run/shop/sightglass.sock",
		Registry:    reg,
		Limits:      eval.Limits{Time: time.Second},
		Logger:      slog.Default(),
		MaxSessions: 4,
	}
	go server.ListenAndServe()

	// When the application ends:
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	server.Shutdown(ctx)
}
