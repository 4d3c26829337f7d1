package rig

import (
	"cmp"
	"context"
	"errors"
	"net"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// Serve serves reg on addr until the test ends, and then checks that no goroutine is left.
func Serve(t testing.TB, network, addr string, reg *registry.Registry) net.Addr {
	t.Helper()
	return Start(t, network, addr, &telnet.Server{Registry: reg})
}

// Start is Serve for a Server with fields of its own.
func Start(t testing.TB, network, addr string, server *telnet.Server) net.Addr {
	t.Helper()
	before := goleak.IgnoreCurrent()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	server.Name = cmp.Or(server.Name, "-")                     // the prompt is the same on each machine
	server.AnyUser = server.AnyUser || runtime.GOOS != "linux" // other systems do not tell whose a connection is
	server.Unlisted = true
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, telnet.ErrServerClosed) {
			t.Errorf("serve ended with %v", err)
		}
		goleak.VerifyNone(t, before)
	})
	return l.Addr()
}
