using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Local.Ims;

/// <summary>
/// The response context of RFC 3261 §16.7: one request, forwarded to one or several targets at once. Every 2xx passes; of the
/// failures the best one does, when all branches have failed; the branches that lost are cancelled.
/// </summary>
internal sealed class ForwardedRequest(TransactionLayer transactions, ServerTransaction server) : ITimed
{
    private const string Elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

    /// <summary>Timer C (§16.6 step 11).</summary>
    private static readonly TimeSpan LongestRinging = TimeSpan.FromMinutes(3);

    private readonly List<ForwardBranch> _branches = [];
    private SipResponse? _best;
    private bool _isAnswered;

    public Instant? NextTimeout { get; private set; }

    public void Start(Instant now, IEnumerable<(SipRequest Request, SipFlow Flow)> copies)
    {
        if (server is InviteServerTransaction invite)
        {
            invite.Cancelled = (at, cancel) => CancelOthers(at, null, cancel.Headers["Reason"]);
            NextTimeout = now + LongestRinging;
        }

        foreach (var (request, flow) in copies) _branches.Add(new ForwardBranch(transactions, this, request, flow));
        foreach (var branch in _branches.ToArray()) branch.Start(now);
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout is null || NextTimeout > now) return;
        NextTimeout = null;
        CancelOthers(now, null, null);
    }

    public void Receive(Instant now, ForwardBranch branch, SipResponse response)
    {
        var vias = response.Headers.Values("Via");
        response.Headers.SetValues("Via", vias.Skip(1));
        if (response.IsProvisional)
        {
            if (response.Status > 100 && !_isAnswered) transactions.Respond(now, server, response);
            return;
        }

        branch.IsFinal = true;
        if (response.IsSuccess) Succeeded(now, branch, response);
        else Failed(now, branch, response);
    }

    /// <summary>A branch that nobody answers or that cannot be reached.</summary>
    public void Failed(Instant now, ForwardBranch branch, int status)
    {
        branch.IsFinal = true;
        Failed(now, branch, SipResponse.For(server.Request, status, "none"));
    }

    private static int Rank(SipResponse response) => response.Status switch
    {
        >= 600 => 0,
        401 or 407 or 415 or 420 or 484 => 1,
        >= 400 and < 500 and not 408 and not 480 and not 487 => 2,
        480 or 487 => 3,
        408 => 4,
        _ => 5,
    };

    private void Succeeded(Instant now, ForwardBranch branch, SipResponse response)
    {
        var isFirst = !_isAnswered;
        _isAnswered = true;
        NextTimeout = null;
        transactions.Respond(now, server, response);
        if (isFirst) CancelOthers(now, branch, Elsewhere);
    }

    private void Failed(Instant now, ForwardBranch branch, SipResponse response)
    {
        if (_best is null || Rank(response) < Rank(_best)) _best = response;
        if (response.Status >= 600) CancelOthers(now, branch, null);
        if (_isAnswered || !_branches.TrueForAll(b => b.IsFinal)) return;
        _isAnswered = true;
        NextTimeout = null;
        transactions.Respond(now, server, _best);
    }

    private void CancelOthers(Instant now, ForwardBranch? winner, string? reason)
    {
        foreach (var branch in _branches)
        {
            if (branch != winner) branch.Cancel(now, reason);
        }
    }
}
