using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>
/// Reads the answer to a transaction. The outer status is 202 even when it failed: then the change set holds one answer,
/// the error, whose message starts with the index of the refused action.
/// </summary>
internal static partial class TableBatchAnswer
{
    /// <exception cref="TableTransactionFailedException">One of the answers is an error.</exception>
    public static IReadOnlyList<Response> Read(Response outer)
    {
        var parts = PartsOf(outer.Content.ToString());
        var answers = new List<Response>();
        foreach (var part in parts)
        {
            var answer = PartAnswer.Parse(part, outer.ClientRequestId);
            if (answer.Status >= 400)
                throw Failure(answer);
            answers.Add(answer);
        }

        return answers.Count > 0 ? answers : throw new RequestFailedException(outer.Status, "The answer to the transaction holds no part.");
    }

    private static IEnumerable<string> PartsOf(string body)
    {
        var boundary = Boundary().Match(body) is { Success: true } match ? "--" + match.Groups[1].Value : "--batchresponse";
        return body.Split(boundary).Where(part => part.Contains("HTTP/1.", StringComparison.Ordinal) && !part.StartsWith("--\r\n", StringComparison.Ordinal));
    }

    private static TableTransactionFailedException Failure(PartAnswer answer)
    {
        var fault = TableFaultParser.Parse(answer.Content);
        var message = fault?.Message ?? "The transaction was refused.";
        int? index = FailedIndex().Match(message) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        return new TableTransactionFailedException(new RequestFailedException(answer.Status, message, fault?.Code, null), index);
    }

    [GeneratedRegex("boundary=\"?(changeset[^\\s\";]+)")]
    private static partial Regex Boundary();

    [GeneratedRegex("^([0-9]{1,3}):")]
    private static partial Regex FailedIndex();

    /// <summary>One HTTP answer inside the multipart body.</summary>
    private sealed class PartAnswer : Response
    {
        private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

        private PartAnswer(int status, string reasonPhrase)
        {
            Status = status;
            ReasonPhrase = reasonPhrase;
        }

        public override int Status { get; }

        public override string ReasonPhrase { get; }

        public override Stream? ContentStream { get; set; }

        public override string ClientRequestId { get; set; } = "";

        public static PartAnswer Parse(string part, string clientRequestId)
        {
            var start = part.IndexOf("HTTP/1.", StringComparison.Ordinal);
            var end = part.IndexOf("\r\n\r\n", start, StringComparison.Ordinal);
            var head = (end < 0 ? part[start..] : part[start..end]).Split("\r\n");
            var statusLine = head[0].Split(' ', 3);
            var answer = new PartAnswer(
                statusLine.Length > 1 && int.TryParse(statusLine[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 500,
                statusLine.Length > 2 ? statusLine[2] : "")
            {
                ClientRequestId = clientRequestId,
            };
            foreach (var line in head.Skip(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0)
                    answer._headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }

            answer.ContentStream = new MemoryStream(Encoding.UTF8.GetBytes(end < 0 ? "" : part[(end + 4)..].Trim()));
            return answer;
        }

        public override void Dispose() => ContentStream?.Dispose();

        protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers.Select(header => new HttpHeader(header.Key, header.Value));

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => _headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = _headers.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
