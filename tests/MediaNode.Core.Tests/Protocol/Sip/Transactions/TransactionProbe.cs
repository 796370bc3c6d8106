using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Transactions;

/// <summary>Drives one transaction through virtual time and writes down when it says what.</summary>
internal sealed class TransactionProbe : ITransactionUser
{
    public static readonly SipTimers Timers = SipTimers.Rfc3261;
    public static readonly SipFlow Udp = new(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, 5060));
    public static readonly SipFlow Tcp = Udp with { Transport = SipTransport.Tcp };

    public ITimed? Timed => null;

    public Instant Now { get; private set; } = new(123_456_789);

    /// <summary>Milliseconds since the start, and what was sent: a method or a status.</summary>
    public List<(double At, string What)> Sent { get; } = [];

    public List<(double At, ClientTransactionOutcome Outcome, int? Status)> Told { get; } = [];

    private Instant Start { get; } = new(123_456_789);

    public static SipRequest Request(string method)
    {
        var text = SipText.Invite.Replace("INVITE", method, StringComparison.Ordinal);
        return (SipRequest)SipText.Parse(text);
    }

    public static SipResponse Response(SipRequest request, int status) => SipResponse.For(request, status, "t");

    public void Drain(SipTransaction transaction)
    {
        var at = (Now - Start).TotalMilliseconds;
        while (transaction.TryDequeue(out SipMessage? message))
        {
            Sent.Add((at, message is SipRequest request ? request.Method : ((SipResponse)message).Status.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        if (transaction is not ClientTransaction client) return;
        while (client.TryDequeue(out ClientTransactionEvent? happened)) Told.Add((at, happened.Outcome, happened.Response?.Status));
    }

    public void Run(SipTransaction transaction, TimeSpan duration)
    {
        var end = Now + duration;
        Drain(transaction);
        while (transaction.NextTimeout is { } next && next <= end)
        {
            Now = next;
            transaction.HandleTimeout(Now);
            Drain(transaction);
        }

        Now = end;
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
    }

    public void TimedOut(Instant now, SipRequest request)
    {
    }

    public void Unreachable(Instant now, SipRequest request)
    {
    }
}
