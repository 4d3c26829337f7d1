package rig

import (
	"bufio"
	"net"
	"sync"
	"testing"
	"time"
)

// Stranger is a server that is none of ours, and may misbehave. Until the test ends, play serves each
// connection, on a goroutine of its own, once the client has sent its first line; lines are the next
// ones. It returns the address.
func Stranger(t testing.TB, play func(conn net.Conn, lines *bufio.Scanner)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(2 * Patience))
				lines := bufio.NewScanner(conn)
				lines.Buffer(nil, 1<<20)
				if lines.Scan() {
					play(conn, lines)
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return l.Addr().String()
}
