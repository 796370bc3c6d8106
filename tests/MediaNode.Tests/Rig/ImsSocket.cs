using System.Net;
using System.Net.Sockets;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>A network's one UDP socket: what comes to it is taken one after the other.</summary>
internal abstract class ImsSocket : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    protected ImsSocket()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }

    public string NextHop => $"sip:{Address}";

    /// <summary>Again changes nothing: a test and its rig may both own it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested) await _stopping.CancelAsync();
        await _running;
        _socket.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Once whoever receives is ready to.</summary>
    protected void Start() => _running = RunAsync();

    protected void Send(ReadOnlyMemory<byte> message, IPEndPoint to) => _socket.SendTo(message.Span, to);

    protected abstract void Receive(IPEndPoint from, ReadOnlySpan<byte> datagram);

    /// <summary>After each datagram, and when none came for a while.</summary>
    protected virtual void HandleTimeout()
    {
    }

    private async Task RunAsync()
    {
        var buffer = new byte[65_536];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var tick = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                tick.CancelAfter(Tick);
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), tick.Token);
                Receive((IPEndPoint)received.RemoteEndPoint, buffer.AsSpan(0, received.ReceivedBytes));
            }
            catch (OperationCanceledException)
            {
                // A tick: time for timers.
            }

            HandleTimeout();
        }
    }
}
