using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>baresip's ctrl_tcp connection: JSON in netstrings, commands out, answers and events in.</summary>
internal sealed class BaresipControl : IDisposable
{
    private readonly TcpClient _connection = new();
    private readonly List<PhoneEvent> _events = [];
    private readonly Dictionary<string, TaskCompletionSource<string>> _waiting = [];
    private readonly SemaphoreSlim _sending = new(1);
    private int _token;

    public IReadOnlyList<PhoneEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public static async Task<BaresipControl?> TryConnectAsync(int port)
    {
        var control = new BaresipControl();
        try
        {
            await control._connection.ConnectAsync("127.0.0.1", port);
        }
        catch (SocketException)
        {
            control.Dispose();
            return null;
        }

        _ = control.ReadAsync();
        return control;
    }

    public async Task<string> SendAsync(string command, string parameters)
    {
        var token = Interlocked.Increment(ref _token).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
            _waiting[token] = answer;

        var json = Encoding.UTF8.GetBytes($$"""{"command":"{{command}}","params":"{{parameters}}","token":"{{token}}"}""");
        await _sending.WaitAsync();
        try
        {
            var stream = _connection.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{json.Length}:"));
            await stream.WriteAsync(json);
            await stream.WriteAsync(","u8.ToArray());
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(WaitFor.DefaultLimit);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            var stream = _connection.GetStream();
            while (await ReadNetstringAsync(stream) is { } message)
                Take(message);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The phone or the test closed the connection; whoever still waits runs into the limit.
        }
    }

    private static async Task<byte[]?> ReadNetstringAsync(NetworkStream stream)
    {
        var length = 0;
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != (byte)':')
            length = length * 10 + (one[0] - '0');
        if (one[0] != (byte)':')
            return null;
        var body = new byte[length + 1];
        await stream.ReadExactlyAsync(body);
        return body[..length];
    }

    private void Take(byte[] message)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        if (root.TryGetProperty("event", out _))
        {
            lock (_events)
                _events.Add(new PhoneEvent(Text(root, "type") ?? "", Text(root, "peeruri"), Text(root, "param")));
        }
        else if (Text(root, "token") is { } token)
        {
            lock (_waiting)
            {
                if (_waiting.Remove(token, out var answer))
                    answer.TrySetResult(Text(root, "data") ?? "");
            }
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
