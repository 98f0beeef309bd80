package sockets_test

import (
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

func TestPortable(t *testing.T) {
	t.Parallel()
	for number, want := range map[syscall.Errno]error{10053: syscall.ECONNRESET, 10054: syscall.ECONNRESET, 10061: syscall.ECONNREFUSED} {
		err := &net.OpError{Op: "dial", Err: number}
		require.ErrorIs(t, sockets.Portable(err), want)
		require.ErrorIs(t, sockets.Portable(err), err, "its own words stay")
	}
	require.Equal(t, io.EOF, sockets.Portable(io.EOF))
	require.NoError(t, sockets.Portable(nil))
}
