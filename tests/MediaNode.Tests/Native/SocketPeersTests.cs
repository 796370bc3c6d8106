using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

public sealed class SocketPeersTests : IDisposable
{
    private readonly MediaTransmitQueue _queue = new(8);
    private readonly ReceiveBatch _received = new();
    private readonly List<Socket> _sockets = [];

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::", "::1")]
    public void AConnectedSocketTalksWithItsPeerAloneUntilItIsFree(string bound, string remote)
    {
        var (near, far, other) = (Bind(bound), Bind(remote), Bind(remote));
        var (peers, farAddress, otherAddress) = (new SocketPeers(near.AddressFamily), EndPointOf(far), EndPointOf(other));
        var send = new SendBatch(_queue, 8, -1, near.AddressFamily, peers);
        var target = new IPEndPoint(IPAddress.Parse(remote), EndPointOf(near).Port);

        peers.Settle((int)near.Handle, farAddress);
        Assert.True(peers.IsConnected((int)near.Handle, farAddress));
        Assert.False(peers.IsConnected((int)near.Handle, otherAddress));
        Send(near, farAddress);
        send.Flush();
        WaitFor.True(() => _received.ReceiveOne((int)far.Handle) == 1);
        Assert.Equal(target.Port, _received.Remote(0).Port);
        other.SendTo([2], target);
        far.SendTo([1], target);
        Assert.Equal([1], Take(near));

        peers.Settle((int)near.Handle, otherAddress);
        far.SendTo([1], target);
        other.SendTo([2], target);
        Assert.Equal([2], Take(near));

        peers.Settle((int)near.Handle, null);
        Assert.False(peers.IsConnected((int)near.Handle, otherAddress));
        far.SendTo([1], target);
        Assert.Equal([1], Take(near));
        Assert.Equal(target.Port, EndPointOf(near).Port);
        Assert.Equal(0, send.Failed);
    }

    [Fact]
    public void APeerThatWasDeafForAMomentGetsEveryDatagramAfterwards()
    {
        var (near, far) = (Bind("127.0.0.1"), Bind("127.0.0.1"));
        var (peers, address) = (new SocketPeers(near.AddressFamily), EndPointOf(far));
        var send = new SendBatch(_queue, 8, -1, near.AddressFamily, peers);
        peers.Settle((int)near.Handle, address);
        far.Dispose();
        Send(near, address);
        send.Flush();

        // Its refusal waits at the socket, and is told to whoever uses it next.
        var again = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _sockets.Add(again);
        again.Bind(address);
        Send(near, address);
        Send(near, address);
        send.Flush();
        WaitFor.True(() => _received.ReceiveOne((int)again.Handle) == 1);
        WaitFor.True(() => _received.ReceiveOne((int)again.Handle) == 1);
        Assert.Equal(0, send.Failed);
    }

    [Fact]
    public void AnAddressThatTheSocketCannotReachLeavesItFree()
    {
        var (near, far) = (Bind("127.0.0.1"), Bind("127.0.0.1"));
        var peers = new SocketPeers(near.AddressFamily);
        peers.Settle((int)near.Handle, EndPointOf(far));
        var foreign = new IPEndPoint(IPAddress.IPv6Loopback, 9);
        peers.Settle((int)near.Handle, foreign);
        Assert.False(peers.IsConnected((int)near.Handle, foreign));
        var other = Bind("127.0.0.1");
        other.SendTo([3], EndPointOf(near));
        Assert.Equal([3], Take(near));
    }

    private void Send(Socket from, IPEndPoint to)
    {
        _queue.Reserve()[0] = 7;
        _queue.Commit((int)from.Handle, to, 1);
    }

    private byte[] Take(Socket socket)
    {
        WaitFor.True(() => _received.ReceiveOne((int)socket.Handle) == 1);
        return _received.Datagram(0).ToArray();
    }

    private static IPEndPoint EndPointOf(Socket socket) => (IPEndPoint)socket.LocalEndPoint!;

    private Socket Bind(string address)
    {
        var bound = IPAddress.Parse(address);
        var socket = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (bound.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = true;
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(bound, FreePorts.Next()));
        return socket;
    }
}
