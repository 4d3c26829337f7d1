package rig

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"testing"
)

// Script is a session in JSON mode, as a program has it. It is for one goroutine.
type Script struct {
	conn net.Conn
	in   *bufio.Reader
}

// Reply has what tests ask of an answer in JSON mode; docs/protocol.md says what its members mean.
type Reply struct {
	OK    bool
	Value json.RawMessage
	Error struct{ Code, Message string }
}

// NewScript connects to addr and begins JSON mode. The connection is closed at the end of the test.
func NewScript(t testing.TB, network, addr string) *Script {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := &Script{conn, bufio.NewReader(conn)}
	line, err := s.Line("json on")
	for err == nil && !bytes.HasPrefix(line, []byte(`{"v":`)) {
		line, err = s.in.ReadBytes('\n')
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Line sends a line and returns the line that comes back.
func (s *Script) Line(line string) ([]byte, error) {
	if _, err := s.conn.Write(append([]byte(line), '\n')); err != nil {
		return nil, err
	}
	return s.in.ReadBytes('\n')
}

// Ask sends a line and returns the answer to it. One that has an error is an error.
func (s *Script) Ask(line string) (r Reply, err error) {
	b, err := s.Line(line)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err == nil && !r.OK {
		err = errors.New(r.Error.Message)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", line, err)
	}
	return r, err
}
