namespace Azure.Data.Tables;

/// <summary>A transaction that the service refused as a whole.</summary>
public class TableTransactionFailedException : RequestFailedException
{
    public TableTransactionFailedException(RequestFailedException requestFailedException, int? failedTransactionActionIndex)
        : base(requestFailedException.Status, requestFailedException.Message, requestFailedException.ErrorCode, requestFailedException) =>
        FailedTransactionActionIndex = failedTransactionActionIndex;

    /// <summary>Which action was refused, where the service said so.</summary>
    public int? FailedTransactionActionIndex { get; }
}
