using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>What was sent over loopback is waited for: on a busy machine the kernel delivers it a moment later.</summary>
public sealed class DatagramBatchTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::1", false)]
    public void DatagramsArriveWholeWithTheirSendersAddress(string address, bool shared)
    {
        using var near = Bind(address);
        using var far = Bind(address);
        var (queue, received) = (new MediaTransmitQueue(64), new ReceiveBatch());
        var send = new SendBatch(queue, 64, shared ? (int)near.Handle : -1, near.AddressFamily, new SocketPeers(near.AddressFamily));
        for (var i = 1; i <= ReceiveBatch.Capacity + 8; i++) Queue(queue, near, far, length: i * 30);
        send.Flush();
        Assert.Equal((0, 0L), (queue.Count, send.Failed));

        var lengths = new List<int>();
        WaitFor.True(() =>
        {
            var count = received.Receive((int)far.Handle);
            for (var i = 0; i < count; i++)
            {
                var datagram = received.Datagram(i).ToArray();
                Assert.Equal(Enumerable.Repeat((byte)(datagram.Length / 30), datagram.Length), datagram);
                Assert.Equal(near.LocalEndPoint, received.Remote(i).ToEndPoint());
                Assert.False(received.IsTruncated(i));
                lengths.Add(datagram.Length);
            }

            return lengths.Count == ReceiveBatch.Capacity + 8;
        });
        Assert.Equal(Enumerable.Range(1, ReceiveBatch.Capacity + 8).Select(i => i * 30), lengths);
        Assert.Equal(0, received.Receive((int)far.Handle));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADatagramTheKernelRefusesDoesNotHoldUpTheOthers(bool shared)
    {
        using var near = Bind("127.0.0.1");
        using var far = Bind("127.0.0.1");
        var queue = new MediaTransmitQueue(8);
        var send = new SendBatch(queue, 8, shared ? (int)near.Handle : -1, near.AddressFamily, new SocketPeers(near.AddressFamily));
        Queue(queue, near, far, 10);
        queue.Reserve();
        queue.Commit((int)near.Handle, new IPEndPoint(IPAddress.IPv6Loopback, 9), 10);
        queue.Reserve();
        queue.Commit((int)near.Handle, new IPEndPoint(IPAddress.Broadcast, 9), 10);
        Queue(queue, near, far, 20);
        send.Flush();

        Assert.Equal(2, send.Failed);
        var (received, count) = (new ReceiveBatch(), 0);
        WaitFor.True(() => (count += received.Receive((int)far.Handle)) == 2);
    }

    [Fact]
    public void ADatagramLongerThanItsSlotIsSeenToBeTruncated()
    {
        using var near = Bind("127.0.0.1");
        using var far = Bind("127.0.0.1");
        near.SendTo(new byte[4000], far.LocalEndPoint!);
        var received = new ReceiveBatch();
        WaitFor.True(() => received.Receive((int)far.Handle) == 1);
        Assert.True(received.IsTruncated(0));

        near.SendTo(new byte[4000], far.LocalEndPoint!);
        WaitFor.True(() => received.ReceiveOne((int)far.Handle) == 1);
        Assert.True(received.IsTruncated(0));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void OneDatagramIsTakenAtATime(string address)
    {
        using var near = Bind(address);
        using var far = Bind(address);
        var received = new ReceiveBatch();
        near.SendTo([1, 2, 3], far.LocalEndPoint!);
        near.SendTo([4, 5], far.LocalEndPoint!);

        WaitFor.True(() => received.ReceiveOne((int)far.Handle) == 1);
        Assert.Equal([1, 2, 3], received.Datagram(0).ToArray());
        Assert.Equal(near.LocalEndPoint, received.Remote(0).ToEndPoint());
        Assert.False(received.IsTruncated(0));
        WaitFor.True(() => received.ReceiveOne((int)far.Handle) == 1);
        Assert.Equal([4, 5], received.Datagram(0).ToArray());
        Assert.Equal(0, received.ReceiveOne((int)far.Handle));
    }

    [Fact]
    public void AFullQueueLosesThePacketAndNothingElse()
    {
        var queue = new MediaTransmitQueue(1);
        Assert.False(queue.Reserve().IsEmpty);
        queue.Commit(0, new IPEndPoint(IPAddress.Loopback, 9), 10);
        Assert.True(queue.Reserve().IsEmpty);
        Assert.Equal(1, queue.Dropped);
        queue.Clear();
        Assert.False(queue.Reserve().IsEmpty);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NothingIsAllocatedPerDatagram(bool shared)
    {
        using var near = Bind("127.0.0.1");
        using var far = Bind("127.0.0.1");
        var remote = (IPEndPoint)far.LocalEndPoint!;
        var (queue, received) = (new MediaTransmitQueue(8), new ReceiveBatch());
        var send = new SendBatch(queue, 8, shared ? (int)near.Handle : -1, near.AddressFamily, new SocketPeers(near.AddressFamily));
        var (from, to) = ((int)near.Handle, (int)far.Handle);
        Exchange();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Exchange();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Exchange()
        {
            queue.Reserve();
            queue.Commit(from, remote, 172);
            send.Flush();
            var seen = 0;
            for (var tries = 0; tries < 10_000_000 && seen == 0; tries++) seen = shared ? received.Receive(to) : received.ReceiveOne(to);
            if (seen != 1 || received.Remote(0).Port == 0) throw new InvalidOperationException("the datagram did not come");
        }
    }

    private static void Queue(MediaTransmitQueue queue, Socket from, Socket to, int length)
    {
        queue.Reserve()[..length].Fill((byte)(length / 30));
        queue.Commit((int)from.Handle, (IPEndPoint)to.LocalEndPoint!, length);
    }

    private static Socket Bind(string address)
    {
        var bound = IPAddress.Parse(address);
        var socket = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(bound, 0));
        return socket;
    }
}
