using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Byon.MediaNode;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>
/// Takes and sends the datagrams of calls as a media worker does, by the same sockets in the same rhythm, and does nothing else
/// with them: what is left is the kernel's work, below which no relay by sockets can get. One line of JSON in per call, one line out.
/// </summary>
internal static class ForwarderHost
{
    /// <summary>Makes the bench's executable run as this host.</summary>
    public const string Verb = "forwarder-host";

    private const int QueueCapacity = 256;
    private const int ReceiveBuffer = 16 * 1024 * 1024;
    private const int FirstPort = 23_000;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(0.5);

    public static int Run()
    {
        using var web = Bind(FirstPort);
        _ = Posix.TryForceReceiveBuffer((int)web.Handle, ReceiveBuffer);
        using var epoll = new Epoll();
        var peers = new SocketPeers(AddressFamily.InterNetwork);
        var calls = new Calls();
        epoll.Add((int)web.Handle, (int)web.Handle);
        new Thread(() => Forward((int)web.Handle, epoll, peers, calls)) { IsBackground = true }.Start();
        for (var port = FirstPort + 1; Console.In.ReadLine() is { } line; port++)
        {
            var wanted = JsonSerializer.Deserialize<ForwardingWanted>(line)!;
            var ims = Bind(port);
            var call = new Call(IPEndPoint.Parse(wanted.Web), ims, IPEndPoint.Parse(wanted.Ims));
            lock (calls)
            {
                calls.ByDescriptor[call.Descriptor] = call;
                calls.ByBrowser[PeerAddress.Of(call.Web)] = call;
                peers.Settle(call.Descriptor, call.Ims);
            }

            epoll.Add(call.Descriptor, call.Descriptor);
            Console.Out.WriteLine(JsonSerializer.Serialize(new ForwardingMade(web.LocalEndPoint!.ToString()!, ims.LocalEndPoint!.ToString()!)));
            Console.Out.Flush();
        }

        return 0;
    }

    private static void Forward(int web, Epoll epoll, SocketPeers peers, Calls calls)
    {
        var queue = new MediaTransmitQueue(QueueCapacity);
        var (received, send) = (new ReceiveBatch(), new SendBatch(queue, QueueCapacity, web, AddressFamily.InterNetwork, peers));
        Span<long> ready = stackalloc long[Epoll.Capacity];
        for (var woke = MonotonicClock.Now; ;)
        {
            if (MonotonicClock.Now - woke is var worked && worked < Period) Nap.For(Period - worked);
            var count = epoll.Wait(-1, ready);
            woke = MonotonicClock.Now;
            lock (calls)
            {
                foreach (var descriptor in ready[..count])
                {
                    if ((int)descriptor == web) ForwardWeb(web, received, queue, send, calls);
                    else if (received.ReceiveOne((int)descriptor) > 0) Put(queue, web, calls.ByDescriptor[(int)descriptor].Web, received.Datagram(0));
                    if (queue.Count > QueueCapacity / 2) send.Flush();
                }

                send.Flush();
            }
        }
    }

    private static void ForwardWeb(int web, ReceiveBatch received, MediaTransmitQueue queue, SendBatch send, Calls calls)
    {
        for (var count = ReceiveBatch.Capacity; count == ReceiveBatch.Capacity;)
        {
            count = received.Receive(web);
            for (var i = 0; i < count; i++)
            {
                if (calls.ByBrowser.TryGetValue(received.Remote(i), out var call)) Put(queue, call.Descriptor, call.Ims, received.Datagram(i));
            }

            if (queue.Count > QueueCapacity / 2) send.Flush();
        }
    }

    private static void Put(MediaTransmitQueue queue, int socket, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(queue.Reserve());
        queue.Commit(socket, remote, datagram.Length);
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private sealed class Calls
    {
        public Dictionary<int, Call> ByDescriptor { get; } = [];

        public Dictionary<PeerAddress, Call> ByBrowser { get; } = [];
    }

    private sealed record Call(IPEndPoint Web, Socket Socket, IPEndPoint Ims)
    {
        public int Descriptor { get; } = (int)Socket.Handle;
    }
}
