package telnet

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
)

// Listen opens addr, which is host:port or unix:/path.
//
// The host localhost is both of its addresses, 127.0.0.1 and ::1 where the machine has it, on the
// same port, as a client that is told localhost may try either first.
//
// A unix socket has mode 0600 from its first moment. One that is left over from a process that is
// gone is replaced; one that answers is an error. It is removed when the listener is closed,
// unless somebody has replaced it. unix:@name is a socket without a file, on Linux.
func Listen(addr string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return listenUnix(path)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("telnet: %w; an address is host:port or unix:/path", err)
	}
	if host != "localhost" {
		return net.Listen("tcp", addr)
	}
	v4, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	_, port, err = net.SplitHostPort(v4.Addr().String()) // 0 has become another
	if err != nil {
		return nil, errors.Join(err, v4.Close())
	}
	v6, err := net.Listen("tcp6", net.JoinHostPort("::1", port))
	if err == nil {
		return newPair(v4, v6), nil
	}
	if any, none := net.Listen("tcp6", "[::1]:0"); none == nil {
		return nil, errors.Join(err, any.Close(), v4.Close()) // there is IPv6, but not that port
	}
	return v4, nil
}

// pair is two listeners in one.
type pair struct {
	listeners [2]net.Listener
	accepted  chan accepted
	closing   chan struct{}
	close     func() error // once
}

type accepted struct {
	conn net.Conn
	err  error
}

func newPair(a, b net.Listener) *pair {
	p := &pair{listeners: [2]net.Listener{a, b}, accepted: make(chan accepted), closing: make(chan struct{})}
	keepUrgent(a)
	keepUrgent(b)
	var accepting sync.WaitGroup
	for _, l := range p.listeners {
		accepting.Go(func() { p.run(l) })
	}
	p.close = sync.OnceValue(func() error {
		close(p.closing)
		err := errors.Join(a.Close(), b.Close())
		accepting.Wait()
		return err
	})
	return p
}

func (p *pair) run(l net.Listener) {
	for {
		conn, err := l.Accept()
		select {
		case p.accepted <- accepted{conn, err}:
		case <-p.closing:
			if err == nil {
				conn.Close()
			}
			return
		}
	}
}

func (p *pair) Accept() (net.Conn, error) {
	select {
	case a := <-p.accepted:
		return a.conn, a.err
	case <-p.closing:
		return nil, net.ErrClosed
	}
}

func (p *pair) Close() error   { return p.close() }
func (p *pair) Addr() net.Addr { return p.listeners[0].Addr() }

// permit says whether s may serve connections to addr, with sessions of that level.
func (s *Server) permit(addr net.Addr, highest Level) error {
	switch c := s.TLSConfig; {
	case !placeOf(addr).local() && !s.secure() && !s.InsecureRemote:
		return fmt.Errorf("telnet: %s is not loopback: %w", addr, ErrInsecure)
	case c != nil && len(c.Certificates) == 0 && c.GetCertificate == nil && c.GetConfigForClient == nil:
		return errors.New("telnet: Server.TLSConfig has no certificate; set its GetCertificate to that of CertificateFiles")
	}
	return s.audited(highest)
}

// secure reports whether s may face other machines.
func (s *Server) secure() bool { return s.TLSConfig != nil && s.Auth != nil }

// audited says whether what a session of that level does is on record.
func (s *Server) audited(highest Level) error {
	if highest >= Act && s.Logger == nil {
		return errors.New("telnet: actions are always on record; set Server.Logger, or leave Server.Level at Look")
	}
	return nil
}
