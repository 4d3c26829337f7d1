package client

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

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

// dial connects to the pod through a kubectl port-forward, which ends with the connection.
func (p pod) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	args := []string{"port-forward", "--address=127.0.0.1", "pod/" + p.name, ":" + p.port}
	if p.namespace != "" {
		args = append(args, "--namespace="+p.namespace)
	}
	c := exec.Command("kubectl", args...)
	said := new(beginning)
	c.Stderr = said
	c.WaitDelay = time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	end := sync.OnceFunc(func() {
		c.Process.Kill()
		c.Wait()
	})
	stop := context.AfterFunc(ctx, func() { c.Process.Kill() })
	defer stop()
	lines := bufio.NewReader(io.LimitReader(out, maxSaid))
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			end()
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, fmt.Errorf("kubectl port-forward: %s", cmp.Or(strings.TrimSpace(said.String()), "it ended without a word"))
		}
		rest, ok := strings.CutPrefix(line, "Forwarding from ")
		addr, _, _ := strings.Cut(rest, " -> ")
		if at, err := netip.ParseAddrPort(addr); !ok || err != nil || !at.Addr().IsLoopback() {
			continue
		}
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			end()
			return nil, err
		}
		go io.Copy(io.Discard, out) // it tells of each connection, and would wait for who listens
		return &tunnel{conn, end}, nil
	}
}

// tunnel is a connection through a process that ends with it.
type tunnel struct {
	net.Conn
	end func()
}

func (t *tunnel) Close() error {
	err := t.Conn.Close()
	t.end()
	return err
}

// maxSaid bounds what is kept of what another program says, in bytes.
const maxSaid = 64 << 10

// beginning keeps the first maxSaid bytes.
type beginning struct{ bytes.Buffer }

func (b *beginning) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), maxSaid-b.Len())])
	return len(p), nil
}

// targetsLabelled returns the pods that run and have the labels, as the user's kubectl tells.
func targetsLabelled(ctx context.Context, labels, namespace, port string) ([]string, error) {
	args := []string{"get", "pods", "--selector=" + labels, "--field-selector=status.phase=Running", "--output=name"}
	if namespace != "" {
		args = append(args, "--namespace="+namespace)
		namespace += "/"
	}
	c := exec.CommandContext(ctx, "kubectl", args...)
	said := new(beginning)
	c.Stderr = said
	c.WaitDelay = time.Second
	out, err := c.Output()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("kubectl get pods: %s", cmp.Or(strings.TrimSpace(said.String()), err.Error()))
	}
	var all []string
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "pod/"); ok {
			all = append(all, podTarget+namespace+name+":"+port)
		}
	}
	return all, nil
}
