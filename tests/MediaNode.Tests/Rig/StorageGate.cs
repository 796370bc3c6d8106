using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>A TCP port in front of the tables that a test can close and open: the outage of a storage that keeps what it holds.</summary>
internal sealed class StorageGate : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _pairs = new();
    private readonly Task _running;
    private volatile bool _isClosed;

    public StorageGate(int target)
    {
        _target = target;
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The connection string with the tables behind this gate.</summary>
    public string Through(string connectionString) =>
        connectionString.Replace($":{_target}/", $":{Port}/", StringComparison.Ordinal);

    public void Close()
    {
        _isClosed = true;
        foreach (var (near, far) in _pairs)
        {
            near.Dispose();
            far.Dispose();
        }
    }

    public void Open() => _isClosed = false;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Close();
        await _running;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptTcpClientAsync(_stopping.Token);
                if (_isClosed) near.Dispose();
                else _ = PassAsync(near);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            _pairs[near] = far;
            // It may have been closed since the connection was taken.
            if (!_isClosed) await Task.WhenAny(
                near.GetStream().CopyToAsync(far.GetStream(), _stopping.Token), far.GetStream().CopyToAsync(near.GetStream(), _stopping.Token));
        }
        catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Cut off: what the test wants.
        }

        _pairs.TryRemove(near, out _);
        near.Dispose();
    }
}
