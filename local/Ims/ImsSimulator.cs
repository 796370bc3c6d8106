using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using Byon.MediaNode.Core;

namespace Byon.Local.Ims;

/// <summary>
/// A small IMS on loopback for a desk: registrar, forking proxy and a few phones, in-process. One loop owns all of it. It is
/// never what proves interoperability; real registrars and phones are.
/// </summary>
public sealed class ImsSimulator : IAsyncDisposable
{
    private readonly Channel<Action<Instant>> _mailbox = Channel.CreateUnbounded<Action<Instant>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly SipEndpoint _network;
    private readonly SipEndpoint _phoneNetwork;
    private readonly ImsServer _server;
    private readonly DemoPhones _phones;
    private readonly Task _loop;

    private ImsSimulator(ImsSimulatorOptions options)
    {
        var entropy = new EntropySource(RandomNumberGenerator.GetBytes(32));
        _network = new SipEndpoint(
            (flow, message) => Post(now => _server!.Receive(now, flow, message.Span)), flow => Post(now => _server!.FlowFailed(now, flow)));
        _phoneNetwork = new SipEndpoint((flow, message) => Post(now => _phones!.Receive(now, flow, message.Span)), _ => { });
        try
        {
            _network.Start(options.Address);
            _phoneNetwork.Start(new IPEndPoint(options.Address.Address, 0));
        }
        catch
        {
            _network.Dispose();
            _phoneNetwork.Dispose();
            throw;
        }

        EndPoint = _network.Local;
        var bound = options with { Address = EndPoint };
        _phones = new DemoPhones(bound, _phoneNetwork.Local, EndPoint, entropy);
        _server = new ImsServer(bound, _phones.Targets, entropy);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Where it listens, UDP and TCP.</summary>
    public IPEndPoint EndPoint { get; }

    private static Instant Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    /// <exception cref="System.Net.Sockets.SocketException">The address is taken.</exception>
    public static ImsSimulator Start(ImsSimulatorOptions options) => new(options);

    /// <summary>Makes a phone call that number and speak a tone. False where nobody is registered under it.</summary>
    public Task<bool> CallAsync(string msisdn)
    {
        var outcome = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            var isRegistered = _server.ContactsOf(now, msisdn) > 0;
            if (isRegistered) _phones.Call(now, msisdn);
            outcome.SetResult(isRegistered);
        });
        return outcome.Task;
    }

    /// <summary>How many contacts are registered under that number.</summary>
    public Task<int> ContactsAsync(string msisdn)
    {
        var outcome = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now => outcome.SetResult(_server.ContactsOf(now, msisdn)));
        return outcome.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _network.Dispose();
        _phoneNetwork.Dispose();
        _phones.Dispose();
        _stopping.Dispose();
    }

    private void Post(Action<Instant> work) => _mailbox.Writer.TryWrite(work);

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            while (_mailbox.Reader.TryRead(out var work)) work(Now);
            _server.HandleTimeout(Now);
            _phones.HandleTimeout(Now);
            while (_server.TryDequeue(out var transmit)) _network.Send(transmit);
            while (_phones.TryDequeue(out var transmit)) _phoneNetwork.Send(transmit);
            await WaitAsync(Instant.Earliest(_server.NextTimeout, _phones.NextTimeout));
        }
    }

    private async Task WaitAsync(Instant? until)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        if (until is { } deadline) wake.CancelAfter(deadline - Now is var left && left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero);
        try
        {
            await _mailbox.Reader.WaitToReadAsync(wake.Token);
        }
        catch (OperationCanceledException)
        {
            // A deadline, or the end.
        }
    }
}
