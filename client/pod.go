package client

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/internal/text"
)

// podTarget begins a target in a Kubernetes cluster, which the user's own kubectl reaches.
const podTarget = "pod/"

// defaultPort is the port of a pod whose target names none.
const defaultPort = "3000"

// pod is such a target: pod/NAME or pod/NAMESPACE/NAME, and perhaps :PORT.
type pod struct{ namespace, name, port string }

// kubernetesName matches the names of pods and namespaces.
var kubernetesName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$`) })

// parsePod parses what follows podTarget.
func parsePod(s string) (p pod, err error) {
	rest, port, _ := strings.Cut(s, ":")
	p.port = cmp.Or(port, defaultPort)
	p.name = rest
	if namespace, name, ok := strings.Cut(rest, "/"); ok {
		p.namespace, p.name = namespace, name
	}
	if !kubernetesName().MatchString(p.name) || p.namespace != "" && !kubernetesName().MatchString(p.namespace) || !kubernetesName().MatchString(p.port) {
		return pod{}, misused("%s%s names no pod: write pod/NAME:PORT or pod/NAMESPACE/NAME:PORT", podTarget, text.Escape(s))
	}
	return p, nil
}

// tunnel returns a kubectl port-forward to the pod.
func (p pod) tunnel() *tunnel {
	args := []string{"port-forward", "--address=127.0.0.1", "pod/" + p.name, ":" + p.port}
	if p.namespace != "" {
		args = append(args, "--namespace="+p.namespace)
	}
	return &tunnel{program: "kubectl", args: args, apart: true, connect: func(ctx context.Context, told string) (net.Conn, error) {
		for line := range strings.Lines(told) {
			rest, ok := strings.CutPrefix(line, "Forwarding from ")
			addr, _, whole := strings.Cut(rest, " -> ")
			if at, err := netip.ParseAddrPort(addr); ok && whole && err == nil && at.Addr().IsLoopback() {
				return new(net.Dialer).DialContext(ctx, "tcp", addr)
			}
		}
		return nil, errors.New("kubectl does not listen yet")
	}}
}

// targetsLabelled returns the pods that run and have the labels, as the user's kubectl tells.
func targetsLabelled(ctx context.Context, labels, namespace, port string) ([]string, error) {
	args := []string{"get", "pods", "--selector=" + labels, "--field-selector=status.phase=Running", "--output=name"}
	if namespace != "" {
		args = append(args, "--namespace="+namespace)
		namespace += "/"
	}
	out, err := output(ctx, nil, "kubectl", args...)
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "pod/"); ok {
			all = append(all, podTarget+namespace+name+":"+port)
		}
	}
	return all, nil
}
