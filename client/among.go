package client

import (
	"bufio"
	"context"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/telnet"
)

// maxTargets bounds the targets of a question.
const maxTargets = 10_000

// among is the flags that name many targets, and say what becomes of their answers.
type among struct {
	All         bool     `help:"Ask all processes of list." group:"Many targets"`
	Targets     []string `placeholder:"A,B" help:"Ask these targets." group:"Many targets"`
	TargetsFile string   `type:"existingfile" placeholder:"FILE" help:"Ask the targets in this file, one on a line; # begins a comment." group:"Many targets"`
	TargetsSRV  string   `name:"targets-srv" placeholder:"NAME" help:"Ask the targets of this DNS service record, such as _sightglass._tcp.shop.svc." group:"Many targets"`
	Resolver    string   `placeholder:"ADDR" help:"Look --targets-srv up at this DNS server, host:port, and not at the system's." group:"Many targets"`
	Pods        string   `placeholder:"LABELS" help:"Ask the pods with these labels, such as app=shop, through your kubectl." group:"Many targets"`
	Namespace   string   `placeholder:"NAME" help:"The namespace of --pods; without it kubectl's." group:"Many targets"`
	Port        string   `default:"3000" placeholder:"PORT" help:"The port of --pods." group:"Many targets"`
	Parallel    int      `default:"16" placeholder:"N" help:"Ask so many targets at once; --timeout is for each." group:"Many targets"`
	Then        string   `xor:"then" placeholder:"EXPR" help:"Print the value of this expression over answers, a list of {target, value, error, cost}." group:"Many targets"`
	Diff        bool     `xor:"then" help:"Print who disagrees with the majority, and where." group:"Many targets"`
}

// many reports whether a flag names targets.
func (a *among) many() bool {
	return a.All || len(a.Targets) > 0 || a.TargetsFile != "" || a.TargetsSRV != "" || a.Pods != ""
}

// targets returns the targets that the flags name, each once.
func (a *among) targets(ctx context.Context) ([]string, error) {
	all := slices.Clone(a.Targets)
	if a.TargetsFile != "" {
		read, err := targetsIn(a.TargetsFile)
		if err != nil {
			return nil, usageError{err}
		}
		all = append(all, read...)
	}
	if a.All {
		processes, err := telnet.Processes()
		if err != nil {
			return nil, failure{err}
		}
		for _, p := range processes {
			all = append(all, strconv.Itoa(p.PID))
		}
	}
	if a.TargetsSRV != "" {
		found, err := targetsOf(ctx, a.resolver(), a.TargetsSRV)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if a.Pods != "" {
		found, err := targetsLabelled(ctx, a.Pods, a.Namespace, a.Port)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(target string) bool {
		again := target == "" || seen[target]
		seen[target] = true
		return again
	})
	switch {
	case len(all) == 0 && a.All:
		return nil, errNoWindow
	case len(all) == 0:
		return nil, misused("there is no target: the flags name none")
	case len(all) > maxTargets:
		return nil, misused("%d targets are more than %d; ask a part of them", len(all), maxTargets)
	}
	return all, nil
}

// targetsIn returns the targets in a file.
func targetsIn(name string) (all []string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() && len(all) <= maxTargets {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all, lines.Err()
}

// resolver returns what looks names up.
func (a *among) resolver() *net.Resolver {
	if a.Resolver == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, a.Resolver)
	}}
}

// targetsOf returns the addresses that a DNS service record names, sorted: their order there is drawn
// by lot.
func targetsOf(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
	_, found, err := r.LookupSRV(ctx, "", "", name)
	if err != nil {
		return nil, late(ctx, "look "+name+" up", err)
	}
	var all []string
	for _, srv := range found {
		all = append(all, net.JoinHostPort(strings.TrimSuffix(srv.Target, "."), strconv.Itoa(int(srv.Port))))
	}
	slices.Sort(all)
	return all, nil
}
