package listen_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

func TestReach(t *testing.T) {
	t.Parallel()
	own := netip.MustParseAddrPort("127.0.0.1:12113")
	for _, test := range []struct {
		name, to string
		remote   bool
		want     error
	}{
		{"this machine", "127.0.0.1:4242", false, nil},
		{"all of this machine", "0.0.0.0:4242", false, nil},
		{"this machine, IPv6", "[::1]:4242", false, nil},
		{"a Compose service", "172.18.0.3:4242", false, nil},
		{"the office", "192.168.1.20:80", false, nil},
		{"the office, IPv6", "[fd12::20]:80", false, nil},
		{"somebody else", "203.0.113.9:443", false, listen.ErrRemote},
		{"somebody else, and allowed", "203.0.113.9:443", true, nil},
		{"metadata of a cloud", "169.254.169.254:80", false, listen.ErrLinkLocal},
		{"metadata is never allowed", "169.254.169.254:80", true, listen.ErrLinkLocal},
		{"metadata, mapped to IPv6", "[::ffff:169.254.169.254]:80", true, listen.ErrLinkLocal},
		{"metadata, through NAT64", "[64:ff9b::a9fe:a9fe]:80", true, listen.ErrLinkLocal},
		{"link-local IPv6", "[fe80::1%eth0]:80", true, listen.ErrLinkLocal},
		{"metadata, through a local NAT64", "[64:ff9b:1::a9fe:a9fe]:80", true, listen.ErrLinkLocal},
		{"metadata, through 6to4", "[2002:a9fe:a9fe::1]:80", true, listen.ErrLinkLocal},
		{"metadata, compatible with IPv6", "[::169.254.169.254]:80", true, listen.ErrLinkLocal},
		{"all neighbors, IPv6", "[ff02::1%eth0]:80", true, listen.ErrLinkLocal},
		{"all neighbors", "224.0.0.1:80", true, listen.ErrLinkLocal},
		{"metadata of AWS, IPv6", "[fd00:ec2::254]:80", true, listen.ErrMetadata},
		{"metadata of Google, IPv6", "[fd20:ce::254]:80", true, listen.ErrMetadata},
		{"metadata of Azure", "168.63.129.16:80", true, listen.ErrMetadata},
		{"metadata of Alibaba", "[::ffff:100.100.100.200]:80", true, listen.ErrMetadata},
		{"a private address, through NAT64", "[64:ff9b::a00:1]:80", false, nil},
		{"a public address, through 6to4", "[2002:cb00:7109::1]:80", false, listen.ErrRemote},
		{"the hub, through NAT64", "[64:ff9b::7f00:1]:12113", true, listen.ErrOwnAddress},
		{"the hub, compatible with IPv6", "[::127.0.0.1]:12113", true, listen.ErrOwnAddress},
		{"the hub by IPv6", "[::1]:12113", true, listen.ErrOwnAddress},
		{"the hub by no address, IPv6", "[::]:12113", true, listen.ErrOwnAddress},
		{"the hub", "127.0.0.1:12113", true, listen.ErrOwnAddress},
		{"the hub by another address", "127.7.7.7:12113", true, listen.ErrOwnAddress},
		{"the hub by no address", "0.0.0.0:12113", true, listen.ErrOwnAddress},
		{"the hub, mapped to IPv6", "[::ffff:127.0.0.1]:12113", true, listen.ErrOwnAddress},
	} {
		t.Run(test.name, func(t *testing.T) {
			reach := &listen.Reach{Own: own, Remote: test.remote}
			require.ErrorIs(t, reach.Allow(netip.MustParseAddrPort(test.to)), test.want)
		})
	}
	err := (&listen.Reach{Own: own, Remedy: "ask for it"}).Allow(netip.MustParseAddrPort("203.0.113.9:443"))
	require.EqualError(t, err, "203.0.113.9 is neither local nor private: ask for it")
}

// The address that is connected to decides: a name may lead elsewhere by then.
func TestReachWhenItConnects(t *testing.T) {
	t.Parallel()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	own := netip.MustParseAddrPort(server.Addr().String())
	_, port, err := net.SplitHostPort(server.Addr().String())
	require.NoError(t, err)

	_, err = (&listen.Reach{Own: own}).Dial(t.Context(), "tcp", net.JoinHostPort("localhost", port))
	require.ErrorIs(t, err, listen.ErrOwnAddress)
	conn, err := new(listen.Reach).Dial(t.Context(), "tcp", net.JoinHostPort("localhost", port))
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

func TestAnEndpointOutOfReach(t *testing.T) {
	t.Parallel()
	hub := new(listen.Hub)
	t.Cleanup(func() { hub.Shutdown(context.Background()) })
	for url, want := range map[string]error{
		"http://169.254.169.254/latest": listen.ErrLinkLocal,
		"http://203.0.113.9/webhook":    listen.ErrRemote,
		"http://127.0.0.1:4242/webhook": nil,
	} {
		_, err := hub.AddEndpoint(listen.Endpoint{URL: url, Reach: new(listen.Reach)})
		require.ErrorIs(t, err, want, url)
	}
	_, err := hub.AddEndpoint(listen.Endpoint{URL: "http://203.0.113.9/webhook", Handler: http.NotFoundHandler()})
	require.NoError(t, err, "the user's own lead anywhere")
}
