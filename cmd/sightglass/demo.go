package main

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/client"
	"github.com/sightglass-go/sightglass/cmd/sightglass/shop"
	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// stock is the number of items in the shop's cache: enough that counting them takes a while, few
// enough that the shop opens in well under a second.
const stock = 200_000

// name is what the demo calls itself.
const name = "shop"

// grace is how long sessions have to end when the demo ends.
const grace = 3 * time.Second

// demo is the command that runs the shop and serves it.
type demo struct {
	Listen  string `placeholder:"ADDR" help:"Listen on host:port or unix:/path. Without it: localhost:3000, or the next free port."`
	Trouble bool   `help:"Let things go wrong in the shop: a deadlock, a leak of goroutines and memory, a hot lock, an object that is kept alive."`
}

func (demo) Help() string {
	return "Examples:\n\n  sightglass demo\n  sightglass demo --trouble\n  sightglass demo --listen localhost:4000"
}

// Run runs the shop until the user leaves the prompt or SIGTERM arrives. Without a terminal there
// is no prompt, and SIGINT ends it too.
func (d *demo) Run() error {
	person := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	ends := []os.Signal{syscall.SIGTERM}
	level := slog.LevelWarn // less would disturb the prompt
	if !person {
		ends = append(ends, os.Interrupt)
		level = slog.LevelInfo
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()

	l, addr, err := listen(d.Listen)
	if err != nil {
		return failure{err, exitError}
	}
	s := shop.New(stock)
	if d.Trouble {
		s.GoWrong()
	}
	reg := registry.New()
	s.Expose(reg)
	reg.Goroutines()
	registry.Runtime(reg)
	named := hasDebugInfo()
	if named {
		registry.PackagesIn(reg, shop.Package)
		_, _ = eval.NewSession(reg, eval.Limits{}).Eval(ctx, "nil") // the first look, so that nobody's first question takes longer
	} else {
		shop.ExposeFlags(reg)
	}
	server := &telnet.Server{
		Name:     name,
		Registry: reg,
		AnyUser:  runtime.GOOS != "linux", // other systems do not tell the user of a connection; this is a demonstration
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	}
	var broken error
	served := make(chan struct{})
	go func() {
		defer close(served)
		broken = server.Serve(l)
	}()
	fmt.Println("listening on", addr)
	if !named {
		fmt.Println("registry.Packages reads what go build writes, on Linux; here the shop exposes its package variables one by one")
	}
	if d.Trouble {
		fmt.Println("something is wrong here; ask deadlocks(), waiting(store.tickets), stacks(), refs(clearance)")
	}

	var running sync.WaitGroup
	left := make(chan error, 1) // the prompt
	running.Go(func() { s.Run(ctx) })
	if person {
		running.Go(func() {
			if err := client.Prompt(ctx, addr); ctx.Err() == nil {
				left <- err
			}
		})
	}
	select {
	case <-ctx.Done():
	case err = <-left:
	case <-served:
	}
	stop() // ends the shop and the prompt; a second signal ends the process
	ending, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err = errors.Join(err, server.Shutdown(ending))
	running.Wait()
	if <-served; !errors.Is(broken, telnet.ErrServerClosed) {
		err = broken // the reason for whatever else went wrong
	}
	if err != nil {
		return failure{err, exitError}
	}
	return nil
}

// hasDebugInfo reports whether registry.Packages finds the debug information of this program.
func hasDebugInfo() bool {
	if os.Getenv("SIGHTGLASS_SYMBOLS") != "" {
		return true // or says why that file will not do
	}
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		return false // another system than Linux
	}
	defer f.Close()
	return f.Section(".debug_info") != nil
}
