// Package transport opens listeners and makes connections safe to use, whoever wrote their types: a
// panic in a method is an error, deadlines hold, and urgent data stays in the stream.
package transport
